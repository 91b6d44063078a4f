import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import type { FaultProxy } from "../proxy";
import type { Server } from "../server";
import { drop, expect, test, transfer } from "./fixtures";
import { storedHandles, storedState, waitUntilStored } from "./memory";

// Files that are too large to be copied are reopened with the handles that browsers give for dropped files.

/** Drops a file and waits until a part of it and its handle are stored. */
async function dropAndHold(page: Page, server: Server, faultProxy: FaultProxy, path: string) {
  faultProxy.holdAfter(10 * MiB);
  await drop(page, [path]);
  await expect.poll(async () => (await uploadsOf(server))[0]?.offset ?? 0).toBeGreaterThan(4 * MiB);
  await waitUntilStored(page, 0);
  await expect.poll(() => storedHandles(page)).toBe(1);
}

/**
 * Makes pages that are opened from now on need permission, as after a restart of the browser, and answers the request
 * for it, because no script can click in the browser's prompt.
 */
async function answerPermissions(context: BrowserContext, answer: PermissionState) {
  await context.addInitScript((answer) => {
    const granted = new Set<string>();
    Object.assign(FileSystemHandle.prototype, {
      async queryPermission(this: FileSystemHandle) {
        return granted.has(this.name) ? "granted" : "prompt";
      },
      async requestPermission(this: FileSystemHandle) {
        if (!navigator.userActivation.isActive) throw new DOMException("no click", "SecurityError");
        if (answer === "granted") granted.add(this.name);
        return answer;
      },
    });
  }, answer);
}

async function reload(page: Page, faultProxy: FaultProxy) {
  await page.reload();
  faultProxy.disconnect();
  faultProxy.release();
}

const offsets = (faultProxy: FaultProxy) =>
  faultProxy.requests.filter(({ method }) => method === "PATCH").map(({ offset }) => offset);

async function arrived(server: Server, wanted: Record<string, Buffer>) {
  const files = await list(server);
  expect(files.map(({ name }) => name).sort()).toEqual(Object.keys(wanted).sort());
  for (const { id, name } of files)
    expect(await downloadedHash(server, id)).toBe(sha256(wanted[name] ?? Buffer.alloc(0)));
  expect(await uploadsOf(server)).toEqual([]);
}

test("a dropped file continues after a reload while the browser still permits it", async ({
  page,
  server,
  faultProxy,
}) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, faultProxy, path);
    await reload(page, faultProxy);
    await expect(transfer(page, "Film.bin")).toContainText("Uploaded", { timeout: 20_000 });
    expect(offsets(faultProxy)).toHaveLength(2);
    expect(offsets(faultProxy)[1]).toBeGreaterThan(4 * MiB);
    await arrived(server, files);
  });
});

test("one click continues all dropped files after a restart", async ({
  page,
  context,
  server,
  faultProxy,
}) => {
  const files = { "One.bin": random(33 * MiB), "Two.bin": random(33 * MiB), "Three.bin": random(33 * MiB) };
  await withFiles(files, async (paths) => {
    await page.goto("/");
    faultProxy.holdAfter(4 * MiB);
    await drop(page, paths);
    await expect.poll(() => storedHandles(page)).toBe(3);
    await expect.poll(() => storedState(page)).toEqual({ uploads: 3, begun: 3, copies: 0 });
    await answerPermissions(context, "granted");
    await reload(page, faultProxy);
    for (const name of Object.keys(files))
      await expect(transfer(page, name)).toContainText("Needs your permission to read the file again");
    await page.getByRole("button", { name: "Continue 3 uploads" }).click();
    for (const name of Object.keys(files))
      await expect(transfer(page, name)).toContainText("Uploaded", { timeout: 20_000 });
    await arrived(server, files);
  });
});

test("without permission the file is selected again", async ({ page, context, server, faultProxy }) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, faultProxy, path);
    await answerPermissions(context, "denied");
    await reload(page, faultProxy);
    await page.getByRole("button", { name: "Continue 1 upload" }).click();
    const line = transfer(page, "Film.bin");
    await expect(line).toContainText("Select the file again to continue");
    await expect(page.getByRole("button", { name: "Continue 1 upload" })).toBeHidden();
    await line.getByTestId("choose-again").setInputFiles(path);
    await expect(line).toContainText("Uploaded", { timeout: 20_000 });
    expect(offsets(faultProxy)[1]).toBeGreaterThan(4 * MiB);
    await arrived(server, files);
  });
});

test("a permission prompt that was ignored can be shown again", async ({
  page,
  context,
  server,
  faultProxy,
}) => {
  await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, faultProxy, path);
    await answerPermissions(context, "prompt");
    await reload(page, faultProxy);
    const again = page.getByRole("button", { name: "Continue 1 upload" });
    await again.click();
    await expect(again).toBeVisible();
    await expect(transfer(page, "Film.bin")).toHaveAttribute("data-status", "needs-click");
    expect(offsets(faultProxy)).toHaveLength(1);
  });
});

for (const permission of ["granted", "prompt"] as const) {
  test(`a file that has changed since is not continued, permission ${permission}`, async ({
    page,
    context,
    server,
    faultProxy,
  }) => {
    await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
      await page.goto("/");
      await dropAndHold(page, server, faultProxy, path);
      await appendFile(path, "more");
      if (permission === "prompt") await answerPermissions(context, "granted");
      await reload(page, faultProxy);
      if (permission === "prompt") await page.getByRole("button", { name: "Continue 1 upload" }).click();
      const line = transfer(page, "Film.bin");
      await expect(line).toContainText("This file can't be read or has changed. Select it again");
      expect(offsets(faultProxy)).toHaveLength(1);
      await line.getByRole("button", { name: "Remove Film.bin from the tray" }).click();
      await expect.poll(() => uploadsOf(server)).toEqual([]);
    });
  });
}

test("a file needs one click after the browser was closed", async ({ server, faultProxy, watched }) => {
  const profile = await mkdtemp(join(tmpdir(), "pawl-profile-"));
  const open = () => chromium.launchPersistentContext(profile, launchOptions);
  try {
    await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
      const first = await open();
      const [page = await first.newPage()] = first.pages();
      await page.goto(faultProxy.url);
      await dropAndHold(page, server, faultProxy, path);
      await first.close();
      faultProxy.disconnect();
      faultProxy.release();
      const second = await open();
      const [again = await second.newPage()] = second.pages();
      watched(again);
      await again.goto(faultProxy.url);
      await expect(again.getByRole("button", { name: "Continue 1 upload" })).toBeVisible();
      await second.close();
    });
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
});

test("another tab resumes a file, and passes its handle on when it is closed", async ({
  page,
  context,
  server,
  faultProxy,
}) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, faultProxy, path);
    await answerPermissions(context, "granted");
    const [heir, third] = [await context.newPage(), await context.newPage()];
    await heir.goto("/");
    await page.close();
    faultProxy.disconnect();
    const ask = (tab: Page) => tab.getByRole("button", { name: "Continue 1 upload" });
    await expect(ask(heir)).toBeVisible();
    // The tab with the click takes the upload over.
    await third.goto("/");
    await ask(third).click();
    await expect.poll(() => offsets(faultProxy)).toHaveLength(2);
    await expect(transfer(heir, "Film.bin")).toHaveAttribute("data-status", "uploading");
    await expect.poll(() => storedHandles(heir)).toBe(1);
    await third.close();
    faultProxy.disconnect();
    faultProxy.release();
    await ask(heir).click();
    await expect(transfer(heir, "Film.bin")).toContainText("Uploaded", { timeout: 20_000 });
    await arrived(server, files);
  });
});

test("a page closes without a prompt if its files can be reopened", async ({ page, server, faultProxy }) => {
  await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, faultProxy, path);
    const prompts: string[] = [];
    page.on("dialog", (dialog) => {
      prompts.push(dialog.type());
      void dialog.accept();
    });
    // Browsers prompt only on pages that somebody has used.
    await page.getByRole("heading", { name: "Files" }).first().click();
    const closed = page.waitForEvent("close");
    await page.close({ runBeforeUnload: true });
    await closed;
    expect(prompts).toEqual([]);
  });
});
