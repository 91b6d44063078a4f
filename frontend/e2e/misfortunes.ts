import { expect } from "@playwright/test";
import {
  abandon,
  carries,
  closeTowardsClient,
  closeTowardsServer,
  cut,
  gateway,
  is,
  late,
  lateFromItsHead,
  loseAnswer,
  stall,
} from "./faults";
import { downloadedHash, list, uploadsOf } from "./files";
import type { Fault, Matches, Request } from "./road";
import type { Server } from "./server";

const some = 700_000;
const more = 200_000;

/** A fault, and whom it hits. */
export interface Misfortune {
  fault: Fault;
  when: Matches;
  /** How many bytes of the request that it hits are known to be stored then. */
  kept: (request: Request) => number;
  /** Whether the client hears an answer all the same. */
  heard?: boolean;
}

/** Everything that can happen to a request, by what happens. */
export const misfortunes: Record<string, Misfortune> = {
  "cut half-way": { fault: cut(some), when: carries, kept: () => some },
  "answer lost": { fault: loseAnswer, when: carries, kept: (request) => request.size },
  "stalled half-way": {
    fault: stall(some, 100),
    when: carries,
    kept: (request) => request.size,
    heard: true,
  },
  "line lost, and the server waits on": { fault: abandon(some), when: carries, kept: () => some },
  "half-closed towards the server": { fault: closeTowardsServer(some), when: carries, kept: () => some },
  "half-closed behind the request": {
    fault: closeTowardsServer(Number.POSITIVE_INFINITY),
    when: carries,
    kept: (request) => request.size,
    heard: true,
  },
  "half-closed towards the client": {
    fault: closeTowardsClient(some, more),
    when: carries,
    kept: () => some,
  },
  "bytes late, overtaken by an answer": {
    fault: late(some, more, "the next answer"),
    when: carries,
    kept: () => some,
  },
  "bytes late, overtaken by newer ones": {
    fault: late(some, more, "the next bytes"),
    when: carries,
    kept: () => some,
  },
  "request late, overtaken by an answer": {
    fault: lateFromItsHead(more, "the next answer"),
    when: carries,
    kept: () => 0,
  },
  "request late, overtaken by a newer one": {
    fault: lateFromItsHead(more, "the next bytes"),
    when: carries,
    kept: () => 0,
  },
  "502 from a gateway": { fault: gateway(502, "Bad Gateway"), when: carries, kept: () => 0 },
  "503 from a gateway for the creation": {
    fault: gateway(503, "Service Unavailable"),
    when: is("POST"),
    kept: () => 0,
  },
  "answer to the creation lost": { fault: loseAnswer, when: is("POST"), kept: (request) => request.size },
};

/** How a client sends a file. */
export interface Expected {
  /** How many uploads it begins if all is well; 1 if nothing is said. */
  begins?: number;
  /** How many it begins anew when a creation has failed; 1 if nothing is said. */
  beginsAnew?: number;
  /** Whether all bytes come with the creation. */
  whole?: boolean;
}

/** Checks that a file came through a misfortune once and whole, and left nothing behind. */
export async function arrivedOnce(
  server: Server,
  requests: readonly Request[],
  hit: Request,
  { fault, heard }: Misfortune,
  file: { name: string; id: string; sha256: string },
  { begins = 1, beginsAnew = 1, whole = false }: Expected,
) {
  // A client that hears nothing of its creation can only make another one.
  const anew = hit.method === "POST" && !heard ? beginsAnew : 0;
  const begun = requests.filter(
    ({ method, headers }) => method === "POST" && !headers.get("upload-concat")?.startsWith("final"),
  );
  expect(begun).toHaveLength(begins + anew);

  // The protocol has no way to tell that a creation was heard: one that brought all bytes is a file by now, and
  // any other stays behind, with what came along, until it expires.
  const lost = hit.method === "POST" && fault === loseAnswer;
  const files = (await list(server)).filter(({ name }) => name === file.name);
  expect(files).toHaveLength(lost && whole ? 2 : 1);
  expect(await downloadedHash(server, file.id)).toBe(file.sha256);
  const partial = begun.some(({ headers }) => headers.has("upload-concat")); // and so in no list
  const left = async () => (await uploadsOf(server)).filter(({ name }) => name === file.name);
  await expect.poll(left, { intervals: [20] }).toHaveLength(lost && !whole && !partial ? 1 : 0);
}
