import type { Page } from "@playwright/test";
import type { TusOpts } from "@uppy/tus";
import { build } from "vite";
import { list, MiB } from "../files";
import { test as base, expect, type Sent, survivesAll, type Variant } from "./site";
import type * as Bundle from "./uppy";

// Uppy in a page of another site, with the options of its tus plugin that affect its requests.

declare const uppy: typeof Bundle;

const test = base.extend<object, { bundle: string }>({
  bundle: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the pattern
    async ({}, use) => {
      const entry = new URL("uppy.ts", import.meta.url).pathname;
      const built = await build({
        configFile: false,
        logLevel: "silent",
        define: { "process.env.NODE_ENV": '"production"' },
        build: { write: false, minify: false, lib: { entry, formats: ["iife"], name: "uppy" } },
      });
      const [bundle] = Array.isArray(built) ? built : [];
      await use(bundle?.output[0].code ?? "");
    },
    { scope: "worker" },
  ],
  blank: async ({ blank, bundle }, use) => {
    await blank.addScriptTag({ content: bundle });
    await use(blank);
  },
});

type Options = Partial<TusOpts<Record<string, unknown>, Record<string, never>>>;

/** Uploads a file of random bytes from the page, and retries as its user would. */
function send(page: Page, sending: { name: string; size: number; options: Options }): Promise<Sent> {
  return page.evaluate(async ({ name, size, options }: typeof sending) => {
    const pieces = Array.from({ length: Math.ceil(size / 65_536) }, (_, i) =>
      crypto.getRandomValues(new Uint8Array(Math.min(65_536, size - i * 65_536))),
    );
    const file = new File(pieces, name, { lastModified: 1_700_000_000_000 });
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const requests: Sent["requests"] = [];
    const extra: Options = options;
    const engine = new uppy.Uppy({ id: name }).use(uppy.Tus, {
      retryDelays: [50, 100, 200, 400],
      onBeforeRequest: (request) => {
        const offset = request.getHeader("Upload-Offset");
        if (offset) requests.push({ path: new URL(request.getURL()).pathname, offset: Number(offset) });
      },
      ...extra,
    } satisfies Options as never);
    engine.addFile({ name, data: file, source: "test" });
    let result = await engine.upload();
    for (let tries = 0; tries < 3 && !result?.successful?.length; tries++) result = await engine.retryAll();
    const url = result?.successful?.[0]?.uploadURL;
    if (!url) throw new Error(String(result?.failed?.[0]?.error));
    return { url, sha256, requests };
  }, sending as never);
}

interface WithOptions extends Variant {
  options: Options;
}

const variants: Record<string, WithOptions> = {
  "no options": { options: {} },
  "chunkSize, addRequestId and headers": {
    options: { chunkSize: MiB, addRequestId: true, headers: { Authorization: "Bearer nobody-asks-for-it" } },
    skip: 1,
  },
  parallelUploads: { options: { parallelUploads: 2 }, creations: 2 },
  "uploadDataDuringCreation and removeFingerprintOnSuccess": {
    options: { uploadDataDuringCreation: true, removeFingerprintOnSuccess: true },
    whole: true,
  },
  "overridePatchMethod and limit": { options: { overridePatchMethod: true, limit: 1 } },
  uploadLengthDeferred: { options: { uploadLengthDeferred: true, chunkSize: MiB }, skip: 1 },
};

for (const [name, { options, ...variant }] of Object.entries(variants)) {
  test(`Uppy with ${name}, with each fault`, async ({ blank, server }) => {
    await survivesAll(server, variant, ({ endpoint, ...sending }) =>
      send(blank, { ...sending, options: { endpoint, ...options } }),
    );
  });
}

test("metadata from Uppy is stored, except its null path", async ({ blank, server }) => {
  const options = { endpoint: server.endpoint };
  await send(blank, { name: "Meta.bin", size: 1000, options });
  await send(blank, { name: "None.bin", size: 1000, options: { ...options, allowedMetaFields: ["name"] } });
  const files = await list(server);
  // Uppy sends the text "null" for a file without a path.
  expect(files.map(({ metadata }) => metadata.relativePath)).toEqual([undefined, undefined]);
  expect(files.map(({ name }) => name).sort()).toEqual(["Meta.bin", "None.bin"]);
});

test("the same file again gets the URL of the first one, unless Uppy forgets it", async ({
  blank,
  server,
}) => {
  const remember = { endpoint: server.endpoint };
  const forget = { ...remember, removeFingerprintOnSuccess: true };
  const twice = async (name: string, options: Options) => {
    const first = await send(blank, { name, size: 1000, options });
    const second = await send(blank, { name, size: 1000, options });
    return second.url === first.url;
  };
  // Uppy identifies a file by its name, size and modification time, whatever the server does.
  expect(await twice("Remembered.bin", remember)).toBe(true);
  expect(await twice("Forgotten.bin", forget)).toBe(false);
  const names = (await list(server)).map(({ name }) => name).sort();
  expect(names).toEqual(["Forgotten.bin", "Forgotten.bin", "Remembered.bin"]);
});
