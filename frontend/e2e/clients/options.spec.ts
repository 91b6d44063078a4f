import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as tus from "tus-js-client";
import { carries } from "../faults";
import { begin, MiB, random, sha256, withFiles } from "../files";
import { arrivedOnce, type Expected, type Misfortune, misfortunes } from "../misfortunes";
import { Road } from "../road";
import type { Server } from "../server";
import { expect, idOf, Memory, test, upload } from "./fixtures";

// Every option of tus-js-client that the server can see, with everything that can happen to a request.

interface Sending {
  data: Buffer;
  server: Server;
  road: Road;
  folder: string;
  options: tus.UploadOptions;
}

interface Way extends Expected {
  send: (sending: Sending) => Promise<tus.Upload>;
  /** How many requests with bytes pass before the misfortune. */
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

/** What the types of tus-js-client leave out: they tell of its browser's half. */
const { DefaultHttpStack } = tus as unknown as {
  DefaultHttpStack: new (options: { agent: Agent }) => tus.HttpStack;
};

/** Uploads without any retries, as often as it takes, each time going on from what was stored before. */
async function byHand(sending: Sending, extra: tus.UploadOptions): Promise<tus.Upload> {
  const options = { ...sending.options, urlStorage: new Memory(), retryDelays: null, ...extra };
  for (;;) {
    const [former] = await new tus.Upload(sending.data, options).findPreviousUploads();
    const done = await goOn(sending.data, options, former).catch(() => undefined);
    if (done) return done;
  }
}

function goOn(data: Buffer, options: tus.UploadOptions, former?: tus.PreviousUpload): Promise<tus.Upload> {
  return new Promise((resolve, reject) => {
    const running: tus.Upload = new tus.Upload(data, {
      ...options,
      onError: (error) => {
        void running.abort(); // its other parts too
        reject(error);
      },
      onSuccess: () => resolve(running),
    });
    if (former) running.resumeFromPreviousUpload(former);
    running.start();
  });
}

/**
 * Starts the same upload again whenever it has failed. Parallel ones need it: tus-js-client does not try a
 * final request again that had no answer at all.
 */
function startedAgain({ data, options }: Sending, extra: tus.UploadOptions): Promise<tus.Upload> {
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

const ways: Record<string, Way> = {
  "no options": { send: withOptions({}) },
  chunkSize: { send: withOptions({ chunkSize: MiB }), skip: 1 },
  parallelUploads: { send: (sending) => startedAgain(sending, { parallelUploads: 2 }), begins: 2 },
  "parallelUploads with chunkSize": {
    send: (sending) => startedAgain(sending, { parallelUploads: 2, chunkSize: MiB }),
    begins: 2,
  },
  "parallelUploadBoundaries and metadataForPartialUploads": {
    send: (sending) =>
      startedAgain(sending, {
        parallelUploads: 2,
        parallelUploadBoundaries: [
          { start: 0, end: MiB },
          { start: MiB, end: sending.data.length },
        ],
        metadataForPartialUploads: { filename: "piece.bin", filetype: "image/png" },
      }),
    begins: 2,
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
      // The same file again is answered by the file that is there.
      const [former] = await done.findPreviousUploads();
      const again = await goOn(sending.data, options, former);
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
  resumeFromPreviousUpload: { send: (sending) => byHand(sending, {}) },
  "resumeFromPreviousUpload with parallelUploads and fingerprint": {
    send: (sending) =>
      byHand(sending, { parallelUploads: 2, fingerprint: async () => `survey-${sending.folder}` }),
    skip: 1, // the first may be there before the addresses of all parts are known
    begins: 2,
    beginsAnew: 2, // it goes on with all parts or none
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
    send: async ({ data, server, road, options }) => {
      const name = options.metadata?.filename ?? "";
      const begun = await begin(server, name, data);
      await begun.send(0, 123_456);
      const done = await upload(data, { ...options, endpoint: null, uploadUrl: road.endpoint + begun.id });
      expect(road.requests.filter(carries)[0]?.offset).toBe(123_456);
      return done;
    },
    begins: 0,
  },
  "addRequestId, headers and protocol": {
    send: withOptions(({ road }) => ({
      addRequestId: true,
      headers: { Authorization: "Bearer nobody-asks-for-it", "X-Place": "north field" },
      protocol: "tus-v1",
      onAfterResponse: (request, response) => {
        if (!response.getHeader("Tus-Resumable")) return; // a gateway's
        expect(response.getHeader("X-Request-ID")).toBe(request.getHeader("X-Request-ID"));
        expect(road.requests.at(-1)?.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      },
    })),
  },
  "onShouldRetry that never does": {
    send: (sending) => startedAgain(sending, { onShouldRetry: () => false }),
  },
  "retryDelays: null and connections that do not last": {
    send: (sending) => {
      const httpStack = new DefaultHttpStack({ agent: new Agent({ keepAlive: false }) });
      return startedAgain(sending, { retryDelays: null, httpStack });
    },
  },
};

for (const [name, way] of Object.entries(ways)) {
  test(`${name}, whatever happens on the road`, async ({ server }) => {
    const fitting = Object.entries(misfortunes).filter(
      ([, { when }]) => when === carries || way.begins !== 0,
    );
    const each = fitting.map(([what, misfortune]) =>
      test.step(what, () => survives(server, way, misfortune, what)),
    );
    await Promise.all(each);
  });
}

/** Sends a file with a misfortune on its way: it must arrive once, whole, and no byte go twice. */
async function survives(server: Server, way: Way, misfortune: Misfortune, name: string) {
  const data = random(2 * MiB + 17);
  const road = await Road.open(server.url);
  const met = road.meet(misfortune.fault, misfortune.when, misfortune.when === carries ? way.skip : 0);
  const options = { endpoint: road.endpoint, metadata: { filename: name } };
  const done = await withFiles({}, (_, folder) => way.send({ data, server, road, folder, options }));
  expect(road.unmet).toBe(0);
  const hit = await met;
  road.close();

  const later = road.requests.slice(road.requests.indexOf(hit) + 1).filter(carries);
  const offsets = later.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const stored = hit.offset + misfortune.kept(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...offsets), "where it goes on").toBe(stored);
  await arrivedOnce(
    server,
    road.requests,
    hit,
    misfortune,
    { name, id: idOf(done), sha256: sha256(data) },
    way,
  );
}
