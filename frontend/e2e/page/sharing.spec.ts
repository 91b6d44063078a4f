import { downloadedHash, list, MiB, random, sha256, uploadsOf } from "../files";
import { choose, expect, test, transfer } from "./fixtures";
import { waitUntilStored } from "./memory";

test("each tab shows the uploads of the others as uploads of this browser", async ({
  page,
  context,
  server,
  faultProxy,
}) => {
  const other = await context.newPage();
  await other.goto("/uploads");
  await expect(other.getByRole("heading", { name: "Nothing is being uploaded" })).toBeVisible();
  await page.goto("/");
  faultProxy.holdAfter(2 * MiB);
  await choose(page, { name: "Shared.bin", mimeType: "", buffer: random(32 * MiB) });
  const line = other.getByTestId("transfer").filter({ hasText: "Shared.bin" });
  await expect(line).toHaveAttribute("data-status", "uploading");
  await expect.poll(async () => (await uploadsOf(server))[0]?.offset ?? 0).toBeGreaterThan(0);
  await expect(other.getByTestId("elsewhere")).toHaveCount(0);
  await line.getByRole("button", { name: "Pause Shared.bin" }).click();
  await expect(transfer(page, "Shared.bin")).toContainText("Paused");
  faultProxy.release();
  await line.getByRole("button", { name: "Resume Shared.bin" }).click();
  await expect(transfer(page, "Shared.bin")).toContainText("Uploaded", { timeout: 20_000 });
  await expect(line).toContainText("Uploaded");
});

test("another tab takes over when the one that uploads is closed", async ({
  page,
  context,
  server,
  faultProxy,
}) => {
  const data = random(8 * MiB);
  const other = await context.newPage();
  await other.goto("/");
  await page.goto("/");
  faultProxy.holdAfter(2 * MiB);
  await choose(page, { name: "Orphan.bin", mimeType: "", buffer: data });
  await expect.poll(async () => (await uploadsOf(server))[0]?.offset ?? 0).toBeGreaterThan(0);
  await waitUntilStored(page, 1);
  await page.close();
  faultProxy.disconnect();
  faultProxy.release();
  await expect(transfer(other, "Orphan.bin")).toContainText("Uploaded", { timeout: 20_000 });
  const [file] = await list(server);
  expect(await downloadedHash(server, file?.id ?? "")).toBe(sha256(data));
  expect(await uploadsOf(server)).toEqual([]);
});

test("a page closes without a prompt unless files would have to be selected again", async ({
  page,
  context,
  faultProxy,
}) => {
  const prompts: string[] = [];
  const close = async (which: typeof page) => {
    which.on("dialog", (dialog) => {
      prompts.push(dialog.type());
      void dialog.accept();
    });
    const closed = which.waitForEvent("close");
    await which.close({ runBeforeUnload: true });
    await closed;
  };
  await page.goto("/");
  const other = await context.newPage();
  await other.goto("/");
  await choose(page, { name: "Done.bin", mimeType: "", buffer: random(1000) });
  await expect(transfer(page, "Done.bin")).toContainText("Uploaded");
  await page.getByRole("heading", { name: "Files" }).first().click();
  await close(page);
  expect(prompts).toEqual([]);

  faultProxy.holdAfter(MiB);
  await choose(other, { name: "Large.bin", mimeType: "", buffer: random(40 * MiB) });
  await expect(transfer(other, "Large.bin")).toContainText("of 40.0 MiB");
  // Browsers prompt only on pages that somebody has used.
  await other.getByRole("heading", { name: "Files" }).first().click();
  await close(other);
  expect(prompts).toEqual(["beforeunload"]);
});
