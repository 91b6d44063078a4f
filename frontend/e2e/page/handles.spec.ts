import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import type { Road } from "../road";
import type { Server } from "../server";
import { expect, test, transfer } from "./fixtures";
import { handlesKept, remembered, writtenDown } from "./memory";

// Files that are too large to be copied are opened again by their handles, which browsers give for dropped files.

/** Drops files from the disk, as a drag from a file manager does. */
async function dropPaths(page: Page, paths: string[]) {
  await expect(page.getByRole("heading", { name: "Files" }).first()).toBeVisible();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const drag = (type: "dragEnter" | "dragOver" | "drop") =>
    session.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
  await drag("dragEnter");
  await drag("dragOver");
  await expect(page.getByText("Drop to upload")).toBeVisible();
  await drag("drop");
  await session.detach();
}

/** Drops a file and waits until some of it is stored and its handle is written down. */
async function dropAndHold(page: Page, server: Server, road: Road, path: string) {
  road.holdAfter(10 * MiB);
  await dropPaths(page, [path]);
  await expect.poll(async () => (await uploadsOf(server))[0]?.offset ?? 0).toBeGreaterThan(4 * MiB);
  await writtenDown(page, 0);
  await expect.poll(() => handlesKept(page)).toBe(1);
}

/**
 * Has the pages that are opened from now on ask for permission, as after a restart of the browser, and somebody
 * answer. No script can click on the browser's own question.
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

async function reload(page: Page, road: Road) {
  await page.reload();
  road.cut();
  road.release();
}

const offsets = (road: Road) =>
  road.requests.filter(({ method }) => method === "PATCH").map(({ offset }) => offset);

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
  road,
}) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, road, path);
    await reload(page, road);
    await expect(transfer(page, "Film.bin")).toContainText("Uploaded", { timeout: 20_000 });
    expect(offsets(road)).toHaveLength(2);
    expect(offsets(road)[1]).toBeGreaterThan(4 * MiB);
    await arrived(server, files);
  });
});

test("one click continues all dropped files after a restart", async ({ page, context, server, road }) => {
  const files = { "One.bin": random(33 * MiB), "Two.bin": random(33 * MiB), "Three.bin": random(33 * MiB) };
  await withFiles(files, async (paths) => {
    await page.goto("/");
    road.holdAfter(4 * MiB);
    await dropPaths(page, paths);
    await expect.poll(() => handlesKept(page)).toBe(3);
    await expect.poll(() => remembered(page)).toEqual({ uploads: 3, begun: 3, copies: 0 });
    await answerPermissions(context, "granted");
    await reload(page, road);
    for (const name of Object.keys(files))
      await expect(transfer(page, name)).toContainText("Needs your permission to read the file again");
    await page.getByRole("button", { name: "Continue 3 uploads" }).click();
    for (const name of Object.keys(files))
      await expect(transfer(page, name)).toContainText("Uploaded", { timeout: 20_000 });
    await arrived(server, files);
  });
});

test("without permission the file is selected again", async ({ page, context, server, road }) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, road, path);
    await answerPermissions(context, "denied");
    await reload(page, road);
    await page.getByRole("button", { name: "Continue 1 upload" }).click();
    const line = transfer(page, "Film.bin");
    await expect(line).toContainText("Select the file again to continue");
    await expect(page.getByRole("button", { name: "Continue 1 upload" })).toBeHidden();
    await line.getByTestId("choose-again").setInputFiles(path);
    await expect(line).toContainText("Uploaded", { timeout: 20_000 });
    expect(offsets(road)[1]).toBeGreaterThan(4 * MiB);
    await arrived(server, files);
  });
});

test("a question that is not answered can be asked again", async ({ page, context, server, road }) => {
  await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, road, path);
    await answerPermissions(context, "prompt");
    await reload(page, road);
    const again = page.getByRole("button", { name: "Continue 1 upload" });
    await again.click();
    await expect(again).toBeVisible();
    await expect(transfer(page, "Film.bin")).toHaveAttribute("data-status", "needs-click");
    expect(offsets(road)).toHaveLength(1);
  });
});

for (const permission of ["granted", "prompt"] as const) {
  test(`a file that has changed since is not continued, permission ${permission}`, async ({
    page,
    context,
    server,
    road,
  }) => {
    await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
      await page.goto("/");
      await dropAndHold(page, server, road, path);
      await appendFile(path, "more");
      if (permission === "prompt") await answerPermissions(context, "granted");
      await reload(page, road);
      if (permission === "prompt") await page.getByRole("button", { name: "Continue 1 upload" }).click();
      const line = transfer(page, "Film.bin");
      await expect(line).toContainText("This file can't be read or has changed. Select it again");
      expect(offsets(road)).toHaveLength(1);
      await line.getByRole("button", { name: "Remove Film.bin from the tray" }).click();
      await expect.poll(() => uploadsOf(server)).toEqual([]);
    });
  });
}

test("a file is asked for once more after the browser was closed", async ({ server, road, watched }) => {
  const profile = await mkdtemp(join(tmpdir(), "pawl-profile-"));
  const open = () => chromium.launchPersistentContext(profile, launchOptions);
  try {
    await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
      const first = await open();
      const [page = await first.newPage()] = first.pages();
      await page.goto(road.url);
      await dropAndHold(page, server, road, path);
      await first.close();
      road.cut();
      road.release();
      const second = await open();
      const [again = await second.newPage()] = second.pages();
      watched(again);
      await again.goto(road.url);
      await expect(again.getByRole("button", { name: "Continue 1 upload" })).toBeVisible();
      await second.close();
    });
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
});

test("another tab continues a file, and its handle goes on to the next one", async ({
  page,
  context,
  server,
  road,
}) => {
  const files = { "Film.bin": random(40 * MiB) };
  await withFiles(files, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, road, path);
    await answerPermissions(context, "granted");
    const [heir, third] = [await context.newPage(), await context.newPage()];
    await heir.goto("/");
    await page.close();
    road.cut();
    const ask = (tab: Page) => tab.getByRole("button", { name: "Continue 1 upload" });
    await expect(ask(heir)).toBeVisible();
    // The tab that is clicked in takes the upload from the one that has it.
    await third.goto("/");
    await ask(third).click();
    await expect.poll(() => offsets(road)).toHaveLength(2);
    await expect(transfer(heir, "Film.bin")).toHaveAttribute("data-status", "uploading");
    await expect.poll(() => handlesKept(heir)).toBe(1);
    await third.close();
    road.cut();
    road.release();
    await ask(heir).click();
    await expect(transfer(heir, "Film.bin")).toContainText("Uploaded", { timeout: 20_000 });
    await arrived(server, files);
  });
});

test("a page is left without a question while its files can be opened again", async ({
  page,
  server,
  road,
}) => {
  await withFiles({ "Film.bin": random(40 * MiB) }, async ([path = ""]) => {
    await page.goto("/");
    await dropAndHold(page, server, road, path);
    const questions: string[] = [];
    page.on("dialog", (dialog) => {
      questions.push(dialog.type());
      void dialog.accept();
    });
    // A browser asks only on pages that somebody has used.
    await page.getByRole("heading", { name: "Files" }).first().click();
    const closed = page.waitForEvent("close");
    await page.close({ runBeforeUnload: true });
    await closed;
    expect(questions).toEqual([]);
  });
});
