import { png, put } from "../files";
import { expect, test } from "./fixtures";

test("statistics tell totals, days, types and downloads", async ({ page, server }) => {
  const id = await put(server, "Popular.png", png, "image/png");
  await put(server, "Text.txt", "some text to count", "text/plain");
  await (await fetch(`${server.url}/api/v1/files/${id}/content`)).arrayBuffer();
  // A download is counted when it has ended.
  const downloads = async () => (await (await fetch(`${server.url}/api/v1/files/${id}`)).json()).downloads;
  await expect.poll(downloads).toBe(1);
  await page.goto("/statistics");
  const total = (name: string) => page.locator("dl > div").filter({ hasText: name });
  await expect(total("Files")).toContainText("2");
  await expect(total("Uploads finished")).toContainText("2 in 30 days");
  await expect(page.getByRole("img", { name: /Uploads by day: 2 finished and 0 failed/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /Stored bytes by day/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "PNG image" })).toBeVisible();

  const uploads = page.getByRole("region", { name: "Uploads per day" });
  await uploads.getByText("Numbers as a table").click();
  const today = new Date().toISOString().slice(0, 10);
  await expect(uploads.getByRole("row", { name: new RegExp(`^${today} 2 0`) })).toBeVisible();

  const most = page.getByRole("region", { name: "Most downloaded" });
  await most.getByRole("link", { name: "Popular.png" }).click();
  await expect(page.getByRole("complementary", { name: "Preview" })).toContainText("Popular.png");
});

test("the time range lives in the URL", async ({ page }) => {
  await page.goto("/statistics");
  await page.getByRole("button", { name: "7 days" }).click();
  await expect(page).toHaveURL("/statistics?range=7d");
  await page.getByRole("region", { name: "Stored" }).getByText("Numbers as a table").click();
  await expect(page.getByRole("region", { name: "Stored", exact: true }).getByRole("row")).toHaveCount(8);
  await page.getByLabel("From").fill("2026-01-01");
  await page.getByLabel("To", { exact: true }).fill("2026-01-03");
  await expect(page).toHaveURL("/statistics?from=2026-01-01&to=2026-01-03");
  await page.reload();
  await expect(page.getByLabel("From")).toHaveValue("2026-01-01");
  await page.goBack();
  await expect(page.getByLabel("From")).toHaveValue("2026-01-01");
});

test("a finished upload shows without a reload", async ({ page, server }) => {
  await page.goto("/statistics");
  const files = page.locator("dl > div").filter({ hasText: "Files" });
  await expect(files).toContainText("+0 in 30 days");
  await put(server, "Late.txt", "late");
  await expect(files).toContainText("+1 in 30 days");
});
