import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as tus from "tus-js-client";
import { hasBody } from "../faults";
import { begin, MiB, random, sha256, withFiles } from "../files";
import { FaultProxy } from "../proxy";
import { type Expected, expectStoredOnce, type Scenario, scenarios } from "../scenarios";
import type { Server } from "../server";
import { expect, idOf, Memory, test, upload } from "./fixtures";

// Every option of tus-js-client that affects its requests, with each fault.

interface Sending {
  data: Buffer;
  server: Server;
  proxy: FaultProxy;
  folder: string;
  options: tus.UploadOptions;
}

interface Variant extends Expected {
  send: (sending: Sending) => Promise<tus.Upload>;
  /** The number of requests with a body before the one that the fault is injected into. */
  skip?: number;
}

function withOptions(extra: tus.UploadOptions | ((sending: Sending) => tus.UploadOptions)) {
  return (sending: Sending) => {
    const more = typeof extra === "function" ? extra(sending) : extra;
    return upload(sending.data, { ...sending.options, ...more });
  };
}

function inPieces(data: Buffer): Readable {
  const size = 100_000;
  const count = Math.ceil(data.length / size);
  const pieces = Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
  return Readable.from(pieces, { objectMode: false });
}

/** DefaultHttpStack is missing in the types of tus-js-client, which describe its browser version. */
const { DefaultHttpStack } = tus as unknown as {
  DefaultHttpStack: new (options: { agent: Agent }) => tus.HttpStack;
};

/** Uploads without retries, and resumes from the stored URL until it succeeds. */
async function resumeUntilDone(sending: Sending, extra: tus.UploadOptions): Promise<tus.Upload> {
  const options = { ...sending.options, urlStorage: new Memory(), retryDelays: null, ...extra };
  for (;;) {
    const [former] = await new tus.Upload(sending.data, options).findPreviousUploads();
    const done = await resume(sending.data, options, former).catch(() => undefined);
    if (done) return done;
  }
}

function resume(data: Buffer, options: tus.UploadOptions, former?: tus.PreviousUpload): Promise<tus.Upload> {
  return new Promise((resolve, reject) => {
    const running: tus.Upload = new tus.Upload(data, {
      ...options,
      onError: (error) => {
        void running.abort(); // also the other parts
        reject(error);
      },
      onSuccess: () => resolve(running),
    });
    if (former) running.resumeFromPreviousUpload(former);
    running.start();
  });
}

/**
 * Starts the same upload again whenever it has failed. Parallel uploads need that: tus-js-client does not retry a
 * final request without a response.
 */
function restartUntilDone({ data, options }: Sending, extra: tus.UploadOptions): Promise<tus.Upload> {
  return new Promise((resolve) => {
    const running: tus.Upload = new tus.Upload(data, {
      retryDelays: [0, 100, 200],
      ...options,
      ...extra,
      onError: () => running.start(),
      onSuccess: () => resolve(running),
    });
    running.start();
  });
}

const variants: Record<string, Variant> = {
  "no options": { send: withOptions({}) },
  chunkSize: { send: withOptions({ chunkSize: MiB }), skip: 1 },
  parallelUploads: { send: (sending) => restartUntilDone(sending, { parallelUploads: 2 }), creations: 2 },
  "parallelUploads with chunkSize": {
    send: (sending) => restartUntilDone(sending, { parallelUploads: 2, chunkSize: MiB }),
    creations: 2,
  },
  "parallelUploadBoundaries and metadataForPartialUploads": {
    send: (sending) =>
      restartUntilDone(sending, {
        parallelUploads: 2,
        parallelUploadBoundaries: [
          { start: 0, end: MiB },
          { start: MiB, end: sending.data.length },
        ],
        metadataForPartialUploads: { filename: "piece.bin", filetype: "image/png" },
      }),
    creations: 2,
  },
  uploadLengthDeferred: {
    send: ({ data, options }) =>
      upload(inPieces(data), { ...options, uploadLengthDeferred: true, chunkSize: MiB }),
    skip: 1,
  },
  uploadSize: {
    send: ({ data, options }) =>
      upload(inPieces(data), { ...options, uploadSize: data.length, chunkSize: MiB }),
    skip: 1,
  },
  uploadDataDuringCreation: { send: withOptions({ uploadDataDuringCreation: true }), whole: true },
  "uploadDataDuringCreation with chunkSize": {
    send: withOptions({ uploadDataDuringCreation: true, chunkSize: MiB }),
    skip: 1,
  },
  overridePatchMethod: { send: withOptions({ overridePatchMethod: true }) },
  "a file from disk": {
    send: async ({ data, options, folder }) => {
      const path = join(folder, "disk.bin");
      await writeFile(path, data);
      return upload(createReadStream(path), options);
    },
  },
  "removeFingerprintOnSuccess: false": {
    send: async (sending) => {
      const options = { ...sending.options, urlStorage: new Memory() };
      const done = await upload(sending.data, { ...options, removeFingerprintOnSuccess: false });
      expect(await done.findPreviousUploads()).toHaveLength(1);
      // The same file again gets the URL of the existing file.
      const [former] = await done.findPreviousUploads();
      const again = await resume(sending.data, options, former);
      expect(again.url).toBe(done.url);
      return done;
    },
  },
  "removeFingerprintOnSuccess: true": {
    send: async (sending) => {
      const options = { urlStorage: new Memory(), removeFingerprintOnSuccess: true };
      const done = await upload(sending.data, { ...sending.options, ...options });
      expect(await done.findPreviousUploads()).toEqual([]);
      return done;
    },
  },
  resumeFromPreviousUpload: { send: (sending) => resumeUntilDone(sending, {}) },
  "resumeFromPreviousUpload with parallelUploads and fingerprint": {
    send: (sending) =>
      resumeUntilDone(sending, { parallelUploads: 2, fingerprint: async () => `survey-${sending.folder}` }),
    skip: 1, // the first may be sent before the URLs of all parts are known
    creations: 2,
    repeated: 2, // the client resumes all parts or none
  },
  "onShouldRetry and storeFingerprintForResuming: false": {
    send: async (sending) => {
      const options: tus.UploadOptions = {
        urlStorage: new Memory(),
        storeFingerprintForResuming: false,
        onShouldRetry: (error) => {
          const status = error.originalResponse?.getStatus() ?? 0;
          return status === 0 || status === 409 || status === 423 || status >= 500;
        },
      };
      const done = await upload(sending.data, { ...sending.options, ...options });
      expect(await done.findPreviousUploads()).toEqual([]);
      return done;
    },
  },
  uploadUrl: {
    send: async ({ data, server, proxy, options }) => {
      const name = options.metadata?.filename ?? "";
      const created = await begin(server, name, data);
      await created.send(0, 123_456);
      const done = await upload(data, { ...options, endpoint: null, uploadUrl: proxy.endpoint + created.id });
      expect(proxy.requests.filter(hasBody)[0]?.offset).toBe(123_456);
      return done;
    },
    creations: 0,
  },
  "addRequestId, headers and protocol": {
    send: withOptions(({ proxy }) => ({
      addRequestId: true,
      headers: { Authorization: "Bearer nobody-asks-for-it", "X-Place": "north field" },
      protocol: "tus-v1",
      onAfterResponse: (request, response) => {
        if (!response.getHeader("Tus-Resumable")) return; // the response of a gateway
        expect(response.getHeader("X-Request-ID")).toBe(request.getHeader("X-Request-ID"));
        expect(proxy.requests.at(-1)?.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      },
    })),
  },
  "onShouldRetry that returns false": {
    send: (sending) => restartUntilDone(sending, { onShouldRetry: () => false }),
  },
  "retryDelays: null and no persistent connections": {
    send: (sending) => {
      const httpStack = new DefaultHttpStack({ agent: new Agent({ keepAlive: false }) });
      return restartUntilDone(sending, { retryDelays: null, httpStack });
    },
  },
};

for (const [name, variant] of Object.entries(variants)) {
  test(`${name}, with each fault`, async ({ server }) => {
    const applicable = Object.entries(scenarios).filter(
      ([, { when }]) => when === hasBody || variant.creations !== 0,
    );
    const each = applicable.map(([title, scenario]) =>
      test.step(title, () => survives(server, variant, scenario, title)),
    );
    await Promise.all(each);
  });
}

/** Uploads a file while a fault happens: it must be stored once and unchanged, and no byte sent twice. */
async function survives(server: Server, variant: Variant, scenario: Scenario, name: string) {
  const data = random(2 * MiB + 17);
  const proxy = await FaultProxy.start(server.url);
  const met = proxy.inject(scenario.fault, scenario.when, scenario.when === hasBody ? variant.skip : 0);
  const options = { endpoint: proxy.endpoint, metadata: { filename: name } };
  const done = await withFiles({}, (_, folder) => variant.send({ data, server, proxy, folder, options }));
  expect(proxy.pendingFaults).toBe(0);
  const hit = await met;
  proxy.close();

  const later = proxy.requests.slice(proxy.requests.indexOf(hit) + 1).filter(hasBody);
  const offsets = later.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const stored = hit.offset + scenario.stored(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...offsets), "where it resumes").toBe(stored);
  await expectStoredOnce(
    server,
    proxy.requests,
    hit,
    scenario,
    { name, id: idOf(done), sha256: sha256(data) },
    variant,
  );
}
