import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import type { FaultProxy } from "../proxy";
import type { Server } from "../server";
import { choose, expect, test, transfer } from "./fixtures";
import { waitUntilStored } from "./memory";

/** Opens a browser with a profile that outlives it. */
async function openBrowser(profile: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await chromium.launchPersistentContext(profile, launchOptions);
  const page = context.pages()[0] ?? (await context.newPage());
  return { context, page };
}

/** Returns the list of the Upload-Offsets of the PATCH requests that the page sends. */
function offsets(page: Page): number[] {
  const seen: number[] = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") seen.push(Number(request.headers()["upload-offset"]));
  });
  return seen;
}

async function stored(server: Server, atLeast: number) {
  await expect
    .poll(async () => (await uploadsOf(server))[0]?.offset ?? 0, { timeout: 20_000 })
    .toBeGreaterThan(atLeast);
}

async function arrived(server: Server, data: Uint8Array) {
  await expect.poll(async () => (await list(server)).length, { timeout: 20_000 }).toBe(1);
  const [file] = await list(server);
  expect(await downloadedHash(server, file?.id ?? "")).toBe(sha256(data));
  expect(await uploadsOf(server)).toEqual([]);
}

test.describe("after the browser was closed half-way", () => {
  let profile: string;
  test.beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), "pawl-profile-"));
  });
  test.afterEach(async () => rm(profile, { recursive: true, force: true, maxRetries: 3 }));

  /** Uploads until a part is stored, then closes the browser. */
  async function interrupt(server: Server, faultProxy: FaultProxy, path: string, copies = 0) {
    const { context, page } = await openBrowser(profile);
    await page.goto(faultProxy.url);
    faultProxy.holdAfter(10 * MiB);
    await choose(page, path);
    await stored(server, 4 * MiB);
    await waitUntilStored(page, copies);
    await context.close();
    faultProxy.disconnect(); // bytes of the closed browser may still be in transit
    faultProxy.release();
  }

  test("a large file continues from the server's offset once it is selected again", async ({
    server,
    faultProxy,
    watched,
  }) => {
    const data = random(40 * MiB);
    await withFiles({ "Survey.bin": data }, async ([path = ""]) => {
      await interrupt(server, faultProxy, path);
      const { context, page } = await openBrowser(profile);
      watched(page);
      const sent = offsets(page);
      await page.goto(faultProxy.url);
      const lost = transfer(page, "Survey.bin");
      await expect(lost).toContainText("Select the file again to continue");
      const before = (await uploadsOf(server))[0]?.offset ?? 0;
      expect(before).toBeGreaterThan(4 * MiB);
      await expect(lost).toContainText(`${Math.floor((before / data.length) * 100)} %`);
      await expect(lost).toContainText("of 40.0 MiB");
      await lost.getByTestId("choose-again").setInputFiles(path);
      await expect(lost).toContainText("Uploaded");
      expect(sent).toEqual([before]);
      await arrived(server, data);
      await context.close();
    });
  });

  test("a large file that is complete on the server needs no file", async ({
    server,
    faultProxy,
    watched,
  }) => {
    const data = random(40 * MiB);
    await withFiles({ "Complete.bin": data }, async ([path = ""]) => {
      await interrupt(server, faultProxy, path);
      const [upload] = await uploadsOf(server);
      const url = `${server.endpoint}${upload?.id}`;
      // The server may still be storing what it has received of the broken request: the offset grows until then.
      await expect
        .poll(async () => {
          const head = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
          const offset = Number(head.headers.get("Upload-Offset"));
          const response = await fetch(url, {
            method: "PATCH",
            headers: {
              "Tus-Resumable": "1.0.0",
              "Upload-Offset": String(offset),
              "Content-Type": "application/offset+octet-stream",
            },
            body: new Uint8Array(data.subarray(offset)),
          });
          return response.status;
        })
        .toBe(204);
      const { context, page } = await openBrowser(profile);
      watched(page);
      await page.goto(faultProxy.url);
      await expect(transfer(page, "Complete.bin")).toContainText("Uploaded");
      await arrived(server, data);
      await context.close();
    });
  });

  test("another file is not taken for the lost one", async ({ server, faultProxy, watched }) => {
    const data = random(40 * MiB);
    await withFiles({ "Survey.bin": data, "Other.bin": random(10) }, async ([path = "", other = ""]) => {
      await interrupt(server, faultProxy, path);
      const { context, page } = await openBrowser(profile);
      watched(page);
      await page.goto(faultProxy.url);
      const lost = transfer(page, "Survey.bin");
      await lost.getByTestId("choose-again").setInputFiles(other);
      await expect(page.getByText("That is another file")).toBeVisible();
      await expect(lost).toContainText("Select the file again to continue");
      await lost.getByRole("button", { name: "Cancel Survey.bin" }).click();
      await expect.poll(() => uploadsOf(server)).toEqual([]);
      await context.close();
    });
  });

  test("a smaller file continues automatically", async ({ server, faultProxy, watched }) => {
    const data = random(20 * MiB);
    await withFiles({ "Notes.bin": data }, async ([path = ""]) => {
      await interrupt(server, faultProxy, path, 1);
      const { context, page } = await openBrowser(profile);
      watched(page);
      const sent = offsets(page);
      await page.goto(faultProxy.url);
      await expect(transfer(page, "Notes.bin")).toContainText("Uploaded");
      expect(sent).toHaveLength(1);
      expect(sent[0]).toBeGreaterThan(4 * MiB);
      await arrived(server, data);
      await context.close();
    });
  });

  test("the same file selected with the upload button continues too", async ({
    server,
    faultProxy,
    watched,
  }) => {
    const data = random(40 * MiB);
    await withFiles({ "Again.bin": data }, async ([path = ""]) => {
      await interrupt(server, faultProxy, path);
      const { context, page } = await openBrowser(profile);
      watched(page);
      const sent = offsets(page);
      await page.goto(faultProxy.url);
      await expect(transfer(page, "Again.bin")).toContainText("Select the file again to continue");
      await choose(page, path);
      await expect(transfer(page, "Again.bin")).toContainText("Uploaded");
      expect(sent).toHaveLength(1);
      expect(sent[0]).toBeGreaterThan(4 * MiB);
      await arrived(server, data);
      await context.close();
    });
  });
});

test("an upload survives an interruption of the network", async ({ page, context, server, faultProxy }) => {
  const data = random(32 * MiB);
  const sent = offsets(page);
  await page.goto("/");
  faultProxy.holdAfter(6 * MiB);
  await choose(page, { name: "Away.bin", mimeType: "", buffer: data });
  await stored(server, 2 * MiB);
  faultProxy.close();
  await expect(transfer(page, "Away.bin")).toContainText("Connection lost, trying again");
  await context.setOffline(true);
  await expect(transfer(page, "Away.bin")).toContainText("You are offline");
  await expect(page.getByText("You are offline. Uploads continue")).toBeVisible();
  await faultProxy.reopen();
  await context.setOffline(false);
  await expect(transfer(page, "Away.bin")).toContainText("Uploaded", { timeout: 20_000 });
  await expect(page.getByText("You are offline. Uploads continue")).toBeHidden();
  expect(sent.at(-1)).toBeGreaterThan(2 * MiB - 1);
  await arrived(server, data);
});

test("an upload survives a killed server", async ({ page, server, faultProxy }) => {
  const data = random(32 * MiB);
  const sent = offsets(page);
  await page.goto("/");
  faultProxy.holdAfter(6 * MiB);
  await choose(page, { name: "Crash.bin", mimeType: "", buffer: data });
  await stored(server, 2 * MiB);
  await server.kill();
  await expect(transfer(page, "Crash.bin")).toContainText("Connection lost, trying again");
  faultProxy.release();
  await server.up();
  await expect(transfer(page, "Crash.bin")).toContainText("Uploaded", { timeout: 20_000 });
  expect(sent.at(-1)).toBeGreaterThan(0);
  await arrived(server, data);
});

test("an upload that waits for its retry is resumed once the server is back", async ({
  page,
  server,
  faultProxy,
}) => {
  const data = random(MiB);
  await page.route("**/files/*", (route) =>
    route.request().method() === "PATCH"
      ? route.fulfill({ status: 503, headers: { "Retry-After": "60" } })
      : route.continue(),
  );
  await page.goto("/");
  await choose(page, { name: "Later.bin", mimeType: "", buffer: data });
  await expect(transfer(page, "Later.bin")).toContainText("The server answered 503, trying again in");
  await page.unrouteAll();
  faultProxy.close();
  await expect(page.getByText("The server can't be reached")).toBeVisible();
  await faultProxy.reopen();
  await expect(transfer(page, "Later.bin")).toContainText("Uploaded");
  await arrived(server, data);
});

test("an upload whose last bytes have left the browser can be paused", async ({
  page,
  server,
  faultProxy,
}) => {
  const data = random(1 * MiB);
  const sent = offsets(page);
  await page.goto("/");
  faultProxy.holdAfter(MiB / 2); // the rest fits in the buffers of the connection
  await choose(page, { name: "Last.bin", mimeType: "", buffer: data });
  await expect(transfer(page, "Last.bin")).toContainText("Finishing");
  await stored(server, MiB / 4);
  await page.getByRole("button", { name: "Pause Last.bin" }).click();
  await expect(transfer(page, "Last.bin")).toContainText("Paused");
  faultProxy.disconnect(); // the held bytes would complete the upload
  faultProxy.release();
  await page.getByRole("button", { name: "Resume Last.bin" }).click();
  await expect(transfer(page, "Last.bin")).toContainText("Uploaded");
  expect(sent.at(-1)).toBeGreaterThan(0);
  await arrived(server, data);
});

test("pause stops, resume continues, cancel terminates it on the server", async ({
  page,
  server,
  faultProxy,
}) => {
  const data = random(32 * MiB);
  const sent = offsets(page);
  await page.goto("/");
  faultProxy.holdAfter(6 * MiB);
  await choose(page, { name: "Stop.bin", mimeType: "", buffer: data });
  await stored(server, 2 * MiB);
  await page.getByRole("button", { name: "Pause Stop.bin" }).click();
  await expect(transfer(page, "Stop.bin")).toContainText("Paused");
  faultProxy.release();
  faultProxy.holdAfter(2 * MiB);
  await page.getByRole("button", { name: "Resume Stop.bin" }).click();
  await expect.poll(() => sent.length).toBe(2);
  expect(sent[1]).toBeGreaterThan(2 * MiB - 1);
  await page.getByRole("button", { name: "Cancel Stop.bin" }).click();
  await expect(transfer(page, "Stop.bin")).toContainText("Cancelled · Undo");
  expect(await uploadsOf(server)).toHaveLength(1);
  await expect(transfer(page, "Stop.bin")).toBeHidden();
  await expect.poll(() => uploadsOf(server)).toEqual([]);
  expect(await list(server)).toEqual([]);
});
