import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import * as tus from "tus-js-client";
import { cut, gateway, gatewayTimeout, hasBody, isMethod, loseAnswer } from "../faults";
import { downloadedHash, list, MiB, put, random, sha256, uploadsOf } from "../files";
import { Outage } from "../outage";
import { FaultProxy, type Matcher } from "../proxy";
import { Server } from "../server";
import { expect, idOf, Memory, test, upload } from "./fixtures";

// Cases in which clients lose their progress, or their file, with other servers.

const isFinal: Matcher = ({ method, headers }) =>
  method === "POST" && Boolean(headers.get("upload-concat")?.startsWith("final"));

/** Returns the refusal of an upload; fails if there is none, or if the client has retried before. */
async function refusal(source: Buffer | Readable, options: tus.UploadOptions) {
  const statuses: number[] = [];
  const error: unknown = await upload(source as Buffer, {
    ...options,
    onAfterResponse: (_, response) => {
      statuses.push(response.getStatus());
      if (response.getStatus() >= 400) expect(response.getHeader("Upload-Offset")).toBeUndefined();
    },
  }).catch((cause) => cause);
  if (!(error instanceof tus.DetailedError)) throw error ?? new Error("the upload was not refused");
  expect(
    statuses.filter((status) => status >= 400),
    "refused once",
  ).toHaveLength(1);
  const status = error.originalResponse?.getStatus() ?? 0;
  const sentence = error.originalResponse?.getBody() ?? "";
  expect(sentence).toMatch(/^\w\S*( \S+){3,}\n$/);
  return { status, sentence };
}

async function nothingIsLeft(server: Server) {
  expect(await list(server)).toEqual([]);
  await expect.poll(() => uploadsOf(server)).toEqual([]);
}

test("a HEAD that cannot be answered now does not cost the progress", async () => {
  const outage = await Outage.prepare();
  const proxy = await FaultProxy.start(outage.server.url);
  const data = random(20 * MiB);
  void proxy.inject(cut(10 * MiB), hasBody);
  const statuses: number[] = [];
  let endOutage: (() => Promise<void>) | undefined;
  const done = await upload(data, {
    endpoint: proxy.endpoint,
    onBeforeRequest: async (request) => {
      if (request.getMethod() === "HEAD") endOutage ??= await outage.begin();
    },
    onAfterResponse: async (request, response) => {
      if (request.getMethod() !== "HEAD") return;
      statuses.push(response.getStatus());
      if (response.getStatus() !== 200) expect(response.getHeader("Retry-After")).toMatch(/^\d+$/);
      await endOutage?.();
      endOutage = async () => undefined;
    },
  });
  proxy.close();
  expect(statuses[0]).toBe(423);
  expect(statuses.at(-1)).toBe(200);
  expect(proxy.requests.filter(isMethod("POST"))).toHaveLength(1);
  expect(proxy.requests.filter(hasBody).map(({ offset }) => offset)).toEqual([0, 10 * MiB]);
  expect(await downloadedHash(outage.server, idOf(done))).toBe(sha256(data));
  expect(await list(outage.server)).toHaveLength(1);
  await outage.close();
});

test("a restart of the server during an upload does not cost the progress", async ({ server }) => {
  const proxy = await FaultProxy.start(server.url);
  const data = random(20 * MiB);
  let drained: Promise<void> | undefined;
  const stopped = proxy.inject(async (exchange) => {
    await exchange.send(10 * MiB);
    await exchange.stored(10 * MiB);
    drained = server.drain();
    await exchange.answered;
  }, hasBody);
  const statuses: number[] = [];
  const uploading = upload(data, {
    endpoint: proxy.endpoint,
    onAfterResponse: (request, response) => {
      if (request.getMethod() === "PATCH") statuses.push(response.getStatus());
    },
  });
  await stopped;
  await drained;
  await server.up();
  const done = await uploading;
  proxy.close();
  expect(statuses, "asked to retry, and never reported less than it has sent").toEqual([503, 204]);
  expect(proxy.requests.filter(isMethod("POST"))).toHaveLength(1);
  expect(proxy.requests.filter(hasBody).map(({ offset }) => offset)).toEqual([0, 10 * MiB]);
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
});

test("a server killed after the creation still has the upload", async ({ server }) => {
  const data = random(MiB);
  let restarted = false;
  const urls = new Set<string>();
  const done = await upload(data, {
    endpoint: server.endpoint,
    onBeforeRequest: async (request) => {
      if (request.getMethod() !== "POST") urls.add(request.getURL());
      if (request.getMethod() !== "PATCH" || restarted) return;
      restarted = true;
      await server.kill();
      await server.up();
    },
  });
  expect([...urls]).toEqual([done.url]);
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
});

test("a terminated upload is created again", async ({ server }) => {
  const proxy = await FaultProxy.start(server.url);
  const data = random(2 * MiB);
  void proxy.inject(cut(MiB), hasBody);
  const done = await upload(data, {
    endpoint: proxy.endpoint,
    onBeforeRequest: async (request) => {
      if (request.getMethod() !== "HEAD") return;
      await tus.Upload.terminate(request.getURL().replace(proxy.url, server.url));
    },
  });
  proxy.close();
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  expect(await list(server)).toHaveLength(1);
  expect(await uploadsOf(server)).toEqual([]);
});

test("a deletion whose response was lost has happened", async ({ server }) => {
  const proxy = await FaultProxy.start(server.url);
  void proxy.inject(loseAnswer, isMethod("DELETE"));
  const id = await put(server, "Gone.bin", random(MiB));
  // The client repeats the request, and gets a 404.
  const error = await tus.Upload.terminate(proxy.endpoint + id, { retryDelays: [0, 100] }).catch(
    (cause) => cause,
  );
  proxy.close();
  expect(error?.originalResponse?.getStatus()).toBe(404);
  expect(await list(server)).toEqual([]);
});

test.describe("a digest of the whole file", () => {
  const metadata = { filename: "Sum.bin", sha256: sha256(Buffer.from("another file")) };
  const variants: Record<string, (server: Server, data: Buffer) => [Buffer | Readable, tus.UploadOptions]> = {
    "a plain upload": (_, data) => [data, {}],
    "an upload in chunks": (_, data) => [data, { chunkSize: MiB }],
    "data with the creation": (_, data) => [data, { uploadDataDuringCreation: true }],
    "a small file with its creation": (_, data) => [
      data.subarray(0, 1000),
      { uploadDataDuringCreation: true },
    ],
    "parallel parts": (_, data) => [data, { parallelUploads: 2 }],
    "a stream of unknown length": (_, data) => [
      Readable.from([data], { objectMode: false }),
      { uploadLengthDeferred: true, chunkSize: MiB },
    ],
  };
  for (const [name, variant] of Object.entries(variants)) {
    test(`${name} with other bytes is an error, not a success`, async ({ server }) => {
      const [source, options] = variant(server, random(3 * MiB + 1));
      const { status, sentence } = await refusal(source, { endpoint: server.endpoint, metadata, ...options });
      expect(status).toBe(422);
      expect(sentence).toContain("SHA-256");
      await nothingIsLeft(server);
    });
  }

  test("detects other bytes after an interruption", async ({ server }) => {
    const proxy = await FaultProxy.start(server.url);
    const data = random(3 * MiB);
    void proxy.inject(cut(MiB), hasBody);
    // Like a client that has read ahead before its request succeeded, and sends later bytes in place of those.
    let broken = false;
    const source = {
      size: data.length,
      close: () => undefined,
      slice: async (start: number, end: number) => {
        const from = broken ? start + 1000 : start;
        broken = true;
        const value = Object.assign(Buffer.alloc(end - start), { size: end - start });
        data.copy(value, 0, from);
        return { value, done: end >= data.length };
      },
    };
    const refused = await refusal(data, {
      endpoint: proxy.endpoint,
      metadata: { sha256: sha256(data) },
      fileReader: { openFile: async () => source },
    } as unknown as tus.UploadOptions);
    proxy.close();
    expect(refused.status).toBe(422);
    await nothingIsLeft(server);
  });

  test("accepts the right bytes", async ({ server }) => {
    const data = random(MiB);
    const done = await upload(data, { endpoint: server.endpoint, metadata: { sha256: sha256(data) } });
    expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  });
});

test("a delayed finish is a success, and happens", async () => {
  let asked = 0;
  const service = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const finish = JSON.parse(Buffer.concat(chunks).toString()).event === "upload.finish";
      response.writeHead(finish && asked++ === 0 ? 500 : 204).end();
    });
  });
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const server = await Server.start({ PAWL_HOOK_URL: url });
  const data = random(MiB);
  const done = await upload(data, { endpoint: server.endpoint, metadata: { filename: "Later.bin" } });
  await expect.poll(async () => (await list(server)).length, { timeout: 30_000 }).toBe(1);
  expect(asked, "the hook was called again").toBe(2);
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  await server.stop();
  service.close();
});

test.describe("the final of parallel parts", () => {
  test("whose response was too late for a gateway makes one file", async ({ server }) => {
    const proxy = await FaultProxy.start(server.url);
    void proxy.inject(gatewayTimeout(504, "Gateway Timeout"), isFinal);
    const data = random(3 * MiB);
    const done = await upload(data, {
      endpoint: proxy.endpoint,
      metadata: { filename: "One.bin", filetype: "application/x-survey" },
      parallelUploads: 2,
    });
    proxy.close();
    expect(proxy.requests.filter(isFinal)).toHaveLength(2);
    expect(proxy.requests.filter(hasBody), "no byte was sent twice").toHaveLength(2);
    const [only, ...others] = await list(server);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: idOf(done), name: "One.bin", size: data.length });
    expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  });

  test("whose response was lost makes one file", async ({ server }) => {
    const proxy = await FaultProxy.start(server.url);
    void proxy.inject(loseAnswer, isFinal);
    const data = random(3 * MiB);
    const done = await new Promise<tus.Upload>((resolve) => {
      const running: tus.Upload = new tus.Upload(data, {
        endpoint: proxy.endpoint,
        parallelUploads: 2,
        // tus-js-client does not retry a final request without a response, so its user starts it again.
        onError: () => running.start(),
        onSuccess: () => resolve(running),
      });
      running.start();
    });
    proxy.close();
    expect(proxy.requests.filter(isFinal)).toHaveLength(2);
    expect(proxy.requests.filter(hasBody)).toHaveLength(2);
    expect((await list(server)).map(({ id }) => id)).toEqual([idOf(done)]);
    expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  });

  test("that did not pass a gateway is made by the second attempt", async ({ server }) => {
    const proxy = await FaultProxy.start(server.url);
    void proxy.inject(gateway(502, "Bad Gateway"), isFinal);
    const data = random(3 * MiB);
    const done = await upload(data, { endpoint: proxy.endpoint, parallelUploads: 2 });
    proxy.close();
    expect(proxy.requests.filter(hasBody), "no byte was sent twice").toHaveLength(2);
    expect((await list(server)).map(({ id }) => id)).toEqual([idOf(done)]);
    expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  });

  test("cannot be made of a finished file", async ({ server }) => {
    const id = await put(server, "Mine.bin", random(1000));
    const refused = await refusal(Buffer.alloc(0), {
      endpoint: server.endpoint,
      headers: { "Upload-Concat": `final;/files/${id} /files/${id}` },
    });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.status).toBeLessThan(409);
    expect(await list(server)).toHaveLength(1);
    expect(await uploadsOf(server)).toEqual([]);
  });
});

test.describe("a server with a limit", () => {
  test.use({ settings: { PAWL_MAX_SIZE: "1MiB" } });

  test("enforces it when the length is deferred", async ({ server }) => {
    const { status } = await refusal(Readable.from([random(4 * MiB)], { objectMode: false }), {
      endpoint: server.endpoint,
      uploadLengthDeferred: true,
      chunkSize: 3 * MiB,
    });
    expect(status).toBe(413);
    await nothingIsLeft(server);
  });

  test("enforces it for parallel parts", async ({ server }) => {
    const error: unknown = await upload(random(3 * MiB), {
      endpoint: server.endpoint,
      parallelUploads: 4,
    }).catch((cause) => cause);
    if (!(error instanceof tus.DetailedError)) throw error ?? new Error("the upload was not refused");
    expect(error.originalResponse?.getStatus()).toBe(413);
    await nothingIsLeft(server);
  });

  test("answers while a large body is still being sent", async ({ server }) => {
    const { status, sentence } = await refusal(random(80 * MiB), {
      endpoint: server.endpoint,
      uploadDataDuringCreation: true,
    });
    expect(status).toBe(413);
    expect(sentence).toContain("1048576 bytes");
    await nothingIsLeft(server);
  });
});

test.describe("a server with rules", () => {
  test.use({ settings: { PAWL_ALLOW_TYPES: "image/*", PAWL_REFUSE_MISMATCH: "true" } });

  test("answers while a large body is still being sent", async ({ server }) => {
    const { sentence } = await refusal(Buffer.alloc(80 * MiB, "plain text, no image. "), {
      endpoint: server.endpoint,
      metadata: { filename: "disguised.png", filetype: "image/png" },
    });
    expect(sentence).toMatch(/image|text/);
    await nothingIsLeft(server);
  });
});

for (const protocol of ["ietf-draft-03", "ietf-draft-05"]) {
  test(`a client of ${protocol} gets an error about its protocol`, async ({ server }) => {
    const { status, sentence } = await refusal(random(5000), {
      endpoint: server.endpoint,
      protocol,
    } as tus.UploadOptions);
    expect(status).toBe(412);
    expect(sentence).toContain("Tus-Resumable: 1.0.0");
    await nothingIsLeft(server);
  });
}

test("metadata that cannot be stored is refused, not dropped", async ({ server }) => {
  const endpoint = server.endpoint;
  const large = await refusal(random(10), { endpoint, metadata: { note: "x".repeat(20_000) } });
  expect(large).toMatchObject({ status: 400, sentence: expect.stringContaining("8192 bytes") });
  const wrong = await refusal(random(10), { endpoint, headers: { "Upload-Metadata": "filename !" } });
  expect(wrong).toMatchObject({ status: 400, sentence: expect.stringContaining("Base64") });
  await nothingIsLeft(server);
});

test("a slow download keeps nobody waiting", async ({ server }) => {
  const data = random(24 * MiB);
  const id = await put(server, "Slow.bin", data);
  const slow = get(server.endpoint + id);
  const [response] = (await once(slow, "response")) as [IncomingMessage];
  const [first] = await once(response, "data");
  response.pause();
  expect(first.length).toBeLessThan(data.length);

  expect(sha256(new Uint8Array(await (await fetch(server.endpoint + id)).arrayBuffer()))).toBe(sha256(data));
  const done = await upload(data, { endpoint: server.endpoint, uploadUrl: server.endpoint + id });
  expect(idOf(done)).toBe(id);
  expect(await list(server)).toHaveLength(1);
  slow.destroy();
});

test("a file that was deleted since can be sent again", async ({ server }) => {
  const data = random(MiB);
  const options = { endpoint: server.endpoint, urlStorage: new Memory() };
  const first = await upload(data, options);
  await tus.Upload.terminate(first.url ?? "");
  const again = new tus.Upload(data, options);
  const [former] = await again.findPreviousUploads();
  expect(former?.uploadUrl).toBe(first.url);
  const second = await upload(data, { ...options, uploadUrl: former?.uploadUrl });
  expect(second.url).not.toBe(first.url);
  expect(await downloadedHash(server, idOf(second))).toBe(sha256(data));
});
