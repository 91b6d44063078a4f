import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type * as Tus from "tus-js-client";
import { hasBody } from "../faults";
import { list, MiB, sha256, uploadsOf } from "../files";
import { FaultProxy } from "../proxy";
import type * as site from "./site";
import { test as base, expect, survivesAll } from "./site";

// tus-js-client in a page of another site, with every option that affects its requests: CORS has to allow each
// request, and limits what the page sees of the responses.

const library = createRequire(import.meta.url).resolve("tus-js-client/dist/tus.js");

const test = base.extend({
  blank: async ({ blank }, use) => {
    await blank.addScriptTag({ path: library });
    await use(blank);
  },
});

declare const tus: typeof Tus;

interface Sent extends site.Sent {
  /** The status of the last response if it was an error, else 0. */
  status: number;
  sentence: string;
  /** The response headers that the page could read, by name. */
  headers: Record<string, string>;
}

interface Sending extends site.Sending {
  options: Tus.UploadOptions;
  /** Whether a failed upload is started again, or resumed by a new one from the stored URL. */
  again?: "start" | "resume";
}

/** Uploads a file of random bytes from the page. */
function send(page: Page, sending: Sending): Promise<Sent> {
  return page.evaluate(async ({ endpoint, name, size, options, again }) => {
    const pieces = Array.from({ length: Math.ceil(size / 65_536) }, (_, i) =>
      crypto.getRandomValues(new Uint8Array(Math.min(65_536, size - i * 65_536))),
    );
    const file = new File(pieces, name, { lastModified: 1_700_000_000_000 });
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const headers: Record<string, string> = {};
    const requests: Sent["requests"] = [];
    return new Promise<Sent>((resolve) => {
      const begin = async () => {
        const running: Tus.Upload = new tus.Upload(file, {
          endpoint,
          metadata: { filename: name },
          retryDelays: again === "resume" ? null : [0, 100, 200, 400],
          ...options,
          onBeforeRequest: (request) => {
            const offset = request.getHeader("Upload-Offset");
            if (offset) requests.push({ path: new URL(request.getURL()).pathname, offset: Number(offset) });
          },
          onAfterResponse: (_, response) => {
            for (const header of [
              "Location",
              "Upload-Offset",
              "Upload-Length",
              "Upload-Expires",
              "X-Request-ID",
            ]) {
              const value = response.getHeader(header);
              if (value) headers[header] = value;
            }
          },
          onSuccess: () =>
            resolve({ url: running.url ?? "", sha256, status: 0, sentence: "", requests, headers }),
          onError: (error) => {
            const response = "originalResponse" in error ? error.originalResponse : null;
            const status = response?.getStatus() ?? 0;
            const sentence = response?.getBody() ?? error.message;
            if (again === "start" && status < 400) running.start();
            else if (again === "resume" && status < 400) void running.abort().then(begin);
            else if (again === "resume" && (status === 409 || status > 500)) void running.abort().then(begin);
            else resolve({ url: running.url ?? "", sha256, status, sentence, requests, headers });
          },
        });
        const [former] = again === "resume" ? await running.findPreviousUploads() : [];
        if (former) running.resumeFromPreviousUpload(former);
        running.start();
      };
      void begin();
    });
  }, sending);
}

interface Variant extends site.Variant {
  options: Tus.UploadOptions;
  again?: "start" | "resume";
}

const variants: Record<string, Variant> = {
  "no options": { options: {} },
  chunkSize: { options: { chunkSize: MiB }, skip: 1 },
  "parallelUploadBoundaries and metadataForPartialUploads": {
    options: {
      parallelUploads: 2,
      parallelUploadBoundaries: [
        { start: 0, end: MiB },
        { start: MiB, end: 2 * MiB + 17 },
      ],
      metadataForPartialUploads: { filename: "piece.bin" },
    },
    creations: 2,
    again: "start",
  },
  uploadLengthDeferred: { options: { uploadLengthDeferred: true, chunkSize: MiB }, skip: 1 },
  uploadDataDuringCreation: { options: { uploadDataDuringCreation: true }, whole: true },
  "overridePatchMethod, addRequestId, headers and removeFingerprintOnSuccess": {
    options: {
      overridePatchMethod: true,
      addRequestId: true,
      headers: { Authorization: "Bearer nobody-asks-for-it", "X-Tenant": "north field" },
      removeFingerprintOnSuccess: true,
    },
  },
  resumeFromPreviousUpload: { options: {}, again: "resume" },
};

for (const [name, { options, again, ...variant }] of Object.entries(variants)) {
  test(`${name}, from another origin, with each fault`, async ({ blank, server }) => {
    const all = await survivesAll(server, variant, (sending) => send(blank, { ...sending, options, again }));
    for (const { sentence, headers } of all) {
      expect(sentence).toBe("");
      if (options.addRequestId) expect(headers["X-Request-ID"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
}

test("the page can read what it needs to", async ({ blank, server }) => {
  const { headers } = await send(blank, {
    endpoint: server.endpoint,
    name: "Read.bin",
    size: 2 * MiB,
    options: { chunkSize: MiB, addRequestId: true },
  });
  expect(headers).toMatchObject({
    Location: expect.stringContaining("/files/"),
    "Upload-Offset": String(2 * MiB),
    "Upload-Expires": expect.stringContaining("GMT"),
    "X-Request-ID": expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const described = await blank.evaluate(async (endpoint) => {
    const { headers } = await fetch(endpoint, { method: "OPTIONS" });
    return ["Tus-Version", "Tus-Extension", "Tus-Checksum-Algorithm"].map((name) => headers.get(name));
  }, server.endpoint);
  expect(described).toEqual([
    "1.0.0",
    expect.stringContaining("creation"),
    expect.stringContaining("sha256"),
  ]);
});

test("an upload is resumed after a reload", async ({ blank, server }) => {
  const proxy = await FaultProxy.start(server.url);
  const reloaded = proxy.inject(async (exchange) => {
    await exchange.send(MiB);
    await exchange.stored(MiB);
    await blank.reload();
    exchange.disconnectClient();
  }, hasBody);
  const text = Array.from({ length: 2 ** 19 }, (_, i) => i.toString(16).padStart(8, "0")).join("");
  const begin = () =>
    blank.evaluate(
      async ([endpoint, text]) => {
        const file = new File([text], "Reload.bin", { lastModified: 1 });
        const upload = new tus.Upload(file, { endpoint, metadata: { filename: file.name } });
        const [former] = await upload.findPreviousUploads();
        if (former) upload.resumeFromPreviousUpload(former);
        return new Promise<boolean>((resolve, reject) => {
          upload.options.onProgress = () => former || resolve(false);
          upload.options.onSuccess = () => resolve(true);
          upload.options.onError = reject;
          upload.start();
        });
      },
      [proxy.endpoint, text] as const,
    );
  expect(await begin()).toBe(false);
  await reloaded;
  await blank.addScriptTag({ path: library });
  expect(await begin()).toBe(true);
  proxy.close();
  expect(proxy.requests.filter(hasBody).map(({ offset }) => offset)).toEqual([0, MiB]);
  expect(await list(server)).toMatchObject([{ name: "Reload.bin", sha256: sha256(Buffer.from(text)) }]);
});

test("a page of another origin that is not allowed cannot upload", async ({ page, server, site }) => {
  await page.goto(site.replace("127.0.0.1", "localhost"));
  await page.addScriptTag({ path: library });
  const { status, sentence } = await send(page, {
    endpoint: server.endpoint,
    name: "Foreign.bin",
    size: MiB,
    options: { retryDelays: null },
  });
  expect(status).toBe(0);
  expect(sentence).toContain("failed to create upload");
  expect(await uploadsOf(server)).toEqual([]);
  expect(await list(server)).toEqual([]);
});

test.describe("a server with a limit", () => {
  test.use({ settings: { PAWL_MAX_SIZE: "1MiB" } });

  test("answers while a large body is still being sent", async ({ blank, server }) => {
    const { status, sentence } = await send(blank, {
      endpoint: server.endpoint,
      name: "Large.bin",
      size: 80 * MiB,
      options: { uploadDataDuringCreation: true },
    });
    expect(sentence).toContain("1048576 bytes");
    expect(status).toBe(413);
    expect(await uploadsOf(server)).toEqual([]);
  });
});

test.describe("a server with rules", () => {
  test.use({ settings: { PAWL_ALLOW_TYPES: "image/*", PAWL_REFUSE_MISMATCH: "true" } });

  test("answers while a large body is still being sent", async ({ blank, server }) => {
    const { status, sentence } = await send(blank, {
      endpoint: server.endpoint,
      name: "disguised.png",
      size: 80 * MiB,
      options: { metadata: { filename: "disguised.png", filetype: "image/png" } },
    });
    expect(sentence).toMatch(/image/);
    expect(status).toBeGreaterThanOrEqual(400);
    await expect.poll(() => uploadsOf(server)).toEqual([]);
  });
});
