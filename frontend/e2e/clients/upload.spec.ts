import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import * as tus from "tus-js-client";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import { expect, idOf, test, upload } from "./fixtures";

const metadata = { filename: "Sample ä.bin", filetype: "application/octet-stream", place: "north field" };

test("a plain upload", async ({ server }) => {
  const data = random(5 * MiB);
  const done = await upload(data, { endpoint: server.endpoint, metadata });
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  const [file] = await list(server);
  expect(file).toMatchObject({ name: "Sample ä.bin", size: data.length, metadata: { place: "north field" } });
});

test("an upload in chunks", async ({ server }) => {
  const data = random(5 * MiB + 17);
  const accepted: number[] = [];
  const done = await upload(data, {
    endpoint: server.endpoint,
    metadata,
    chunkSize: MiB,
    onChunkComplete: (_, offset) => accepted.push(offset),
  });
  expect(accepted).toEqual([1, 2, 3, 4, 5].map((n) => n * MiB).concat(data.length));
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
});

test("three parallel parts", async ({ server }) => {
  const data = random(9 * MiB + 1);
  const done = await upload(data, { endpoint: server.endpoint, metadata, parallelUploads: 3 });
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  expect(await list(server)).toHaveLength(1);
  expect(await uploadsOf(server)).toEqual([]);
});

test("a stream of unknown length", async ({ server }) => {
  const data = random(3 * MiB + 5);
  const pieces = Array.from({ length: Math.ceil(data.length / 100_000) }, (_, i) =>
    data.subarray(i * 100_000, (i + 1) * 100_000),
  );
  const done = await upload(Readable.from(pieces), {
    endpoint: server.endpoint,
    metadata,
    uploadLengthDeferred: true,
    chunkSize: MiB,
  });
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
});

test("data with the creation", async ({ server }) => {
  const data = random(2 * MiB);
  const methods: string[] = [];
  const done = await upload(data, {
    endpoint: server.endpoint,
    metadata,
    uploadDataDuringCreation: true,
    onBeforeRequest: (request) => void methods.push(request.getMethod()),
  });
  expect(methods).toEqual(["POST"]);
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
});

test("a file from disk", async ({ server }) => {
  const data = random(4 * MiB);
  await withFiles({ "disk.bin": data }, async ([path = ""]) => {
    const done = await upload(createReadStream(path), { endpoint: server.endpoint, metadata });
    expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  });
});

test("an empty file", async ({ server }) => {
  const done = await upload(Buffer.alloc(0), { endpoint: server.endpoint, metadata });
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(Buffer.alloc(0)));
});

test("termination takes the upload away", async ({ server }) => {
  const data = random(4 * MiB);
  const url = await new Promise<string>((resolve, reject) => {
    const running = new tus.Upload(data, {
      endpoint: server.endpoint,
      metadata,
      chunkSize: MiB,
      onError: reject,
      onChunkComplete: () => void running.abort(true).then(() => resolve(running.url ?? ""), reject),
    });
    running.start();
  });
  expect(await uploadsOf(server)).toEqual([]);
  expect(await list(server)).toEqual([]);
  const head = await fetch(new URL(url, server.endpoint), {
    method: "HEAD",
    headers: { "Tus-Resumable": "1.0.0" },
  });
  expect([404, 410]).toContain(head.status);
});

test.describe("a server with a limit", () => {
  test.use({ settings: { PAWL_MAX_SIZE: "1MiB" } });

  test("refuses with a sentence, and the client does not try again", async ({ server }) => {
    let requests = 0;
    const refused = upload(random(MiB + 1), {
      endpoint: server.endpoint,
      metadata,
      onBeforeRequest: () => void requests++,
    });
    const error: unknown = await refused.catch((cause) => cause);
    if (!(error instanceof tus.DetailedError)) throw error;
    expect(error.originalResponse?.getStatus()).toBe(413);
    expect(error.originalResponse?.getBody()).toMatch(/\w+ \w+/);
    expect(requests).toBe(1);
  });
});
