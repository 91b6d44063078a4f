import { expect } from "@playwright/test";
import {
  abandon,
  cut,
  delay,
  delayAll,
  gateway,
  halfCloseClient,
  halfCloseServer,
  hasBody,
  isMethod,
  loseAnswer,
  stall,
} from "./faults";
import { downloadedHash, list, uploadsOf } from "./files";
import type { Fault, Matcher, Request } from "./proxy";
import type { Server } from "./server";

const some = 700_000;
const more = 200_000;

/** A fault, and the request that it is injected into. */
export interface Scenario {
  fault: Fault;
  when: Matcher;
  /** Returns how many bytes of that request are known to be stored afterwards. */
  stored: (request: Request) => number;
  /** Whether the client gets the server's response. */
  answered?: boolean;
}

/** The faults that every client is tested with. */
export const scenarios: Record<string, Scenario> = {
  "connection cut half-way": { fault: cut(some), when: hasBody, stored: () => some },
  "response lost": { fault: loseAnswer, when: hasBody, stored: (request) => request.size },
  "stalled half-way": {
    fault: stall(some, 100),
    when: hasBody,
    stored: (request) => request.size,
    answered: true,
  },
  "client's connection lost, server still waiting": {
    fault: abandon(some),
    when: hasBody,
    stored: () => some,
  },
  "half-closed to the server": { fault: halfCloseServer(some), when: hasBody, stored: () => some },
  "half-closed after the request": {
    fault: halfCloseServer(Number.POSITIVE_INFINITY),
    when: hasBody,
    stored: (request) => request.size,
    answered: true,
  },
  "half-closed to the client": {
    fault: halfCloseClient(some, more),
    when: hasBody,
    stored: () => some,
  },
  "bytes overtaken by a response": {
    fault: delay(some, more, "the next answer"),
    when: hasBody,
    stored: () => some,
  },
  "bytes overtaken by later bytes": {
    fault: delay(some, more, "the next bytes"),
    when: hasBody,
    stored: () => some,
  },
  "request overtaken by a response": {
    fault: delayAll(more, "the next answer"),
    when: hasBody,
    stored: () => 0,
  },
  "request overtaken by a later one": {
    fault: delayAll(more, "the next bytes"),
    when: hasBody,
    stored: () => 0,
  },
  "502 from a gateway": { fault: gateway(502, "Bad Gateway"), when: hasBody, stored: () => 0 },
  "503 from a gateway to the creation": {
    fault: gateway(503, "Service Unavailable"),
    when: isMethod("POST"),
    stored: () => 0,
  },
  "response to the creation lost": {
    fault: loseAnswer,
    when: isMethod("POST"),
    stored: (request) => request.size,
  },
};

/** The requests that a client makes for a file. */
export interface Expected {
  /** The number of creations without a fault, 1 by default. */
  creations?: number;
  /** The number of creations that the client repeats after one has failed, 1 by default. */
  repeated?: number;
  /** Whether the creation carries all bytes. */
  whole?: boolean;
}

/** Checks that a file was stored once and unchanged despite a fault, and that nothing else is left. */
export async function expectStoredOnce(
  server: Server,
  requests: readonly Request[],
  hit: Request,
  { fault, answered }: Scenario,
  file: { name: string; id: string; sha256: string },
  { creations = 1, repeated = 1, whole = false }: Expected,
) {
  // A client without a response to its creation can only create another upload.
  const again = hit.method === "POST" && !answered ? repeated : 0;
  const created = requests.filter(
    ({ method, headers }) => method === "POST" && !headers.get("upload-concat")?.startsWith("final"),
  );
  expect(created).toHaveLength(creations + again);

  // A server cannot know whether the response to a creation was received. If the creation carried all bytes it is a
  // file, otherwise an upload remains until it expires.
  const lost = hit.method === "POST" && fault === loseAnswer;
  const files = (await list(server)).filter(({ name }) => name === file.name);
  expect(files).toHaveLength(lost && whole ? 2 : 1);
  expect(await downloadedHash(server, file.id)).toBe(file.sha256);
  const partial = created.some(({ headers }) => headers.has("upload-concat")); // partial uploads are in no list
  const left = async () => (await uploadsOf(server)).filter(({ name }) => name === file.name);
  await expect.poll(left, { intervals: [20] }).toHaveLength(lost && !whole && !partial ? 1 : 0);
}
