import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { list, MiB, random, sha256 } from "../files";
import { choose, expect, test, transfer } from "./fixtures";
import { storedState } from "./memory";
import { onEveryVisit } from "./visits";

const file = (name: string, buffer: Buffer) => ({ name, mimeType: "application/octet-stream", buffer });

onEveryVisit("a small file arrives", async ({ page, server }) => {
  const data = random(1000);
  await choose(page, file("small.bin", data));
  await expect(transfer(page, "small.bin")).toContainText("Uploaded");
  const stored = (await list(server)).find(({ name }) => name === "small.bin");
  expect(stored?.sha256).toBe(sha256(data));
});

onEveryVisit("a large file arrives", async ({ page, server }) => {
  const data = random(20 * MiB);
  await choose(page, file("large.bin", data));
  await expect(transfer(page, "large.bin")).toContainText("Uploaded", { timeout: 20_000 });
  const stored = (await list(server)).find(({ name }) => name === "large.bin");
  expect(stored?.sha256).toBe(sha256(data));
});

onEveryVisit("many files arrive, each once", async ({ page, server }) => {
  const names = Array.from({ length: 60 }, (_, i) => `Many ${i}.bin`);
  await choose(
    page,
    names.map((name) => file(name, random(300))),
  );
  const stored = async () =>
    (await list(server)).map(({ name }) => name).filter((name) => name.startsWith("Many"));
  await expect.poll(async () => (await stored()).length, { timeout: 20_000 }).toBe(names.length);
  expect((await stored()).sort()).toEqual(names.toSorted());
  await expect(page.getByRole("heading", { name: /files? uploaded/ })).toBeVisible();
  // Nothing is left to restore.
  await expect.poll(() => storedState(page)).toEqual({ uploads: 0, begun: 0, copies: 0 });
});

test("files arrive after the browser was closed and opened again", async ({
  server,
  faultProxy,
  watched,
}) => {
  const profile = await mkdtemp(join(tmpdir(), "pawl-profile-"));
  try {
    for (const name of ["Monday.bin", "Tuesday.bin", "Wednesday.bin"]) {
      const context = await chromium.launchPersistentContext(profile, launchOptions);
      const page = context.pages()[0] ?? (await context.newPage());
      watched(page);
      await page.goto(faultProxy.url);
      await choose(page, file(name, random(2 * MiB)));
      await expect(transfer(page, name)).toContainText("Uploaded");
      await context.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
  expect(await list(server)).toHaveLength(3);
});
