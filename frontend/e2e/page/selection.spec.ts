import type { Locator, Page } from "@playwright/test";
import { png, put } from "../files";
import { putMany } from "../many";
import { expect, names, row, test } from "./fixtures";

const toolbar = (page: Page) => page.getByRole("toolbar", { name: "Selected files" });
const totals = (page: Page) => page.getByTestId("totals");

test("totals count all files that match, loaded or not, and stay up to date", async ({ page, server }) => {
  await putMany(server, 250);
  await put(server, "Alpha.png", png, "image/png");
  await page.goto("/");
  await expect(totals(page)).toHaveText(`251 files · ${250 + png.length} B`);
  await page.getByRole("button", { name: "Images" }).click();
  await expect(totals(page)).toHaveText(`1 image · ${png.length} B`);
  await put(server, "Beta.png", png, "image/png");
  await expect(totals(page)).toHaveText(`2 images · ${2 * png.length} B`);
  await row(page, "Alpha.png").getByRole("button", { name: "Delete" }).click();
  await expect(totals(page)).toHaveText(`1 image · ${png.length} B`);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(totals(page)).toHaveText(`2 images · ${2 * png.length} B`);
});

test("Select all selects the loaded files, and offers to select the rest", async ({ page, server }) => {
  await putMany(server, 250);
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await expect(toolbar(page)).toContainText("100 files");
  await expect(toolbar(page)).toContainText("All 100 loaded are selected.");
  await toolbar(page).getByRole("button", { name: "Select all 250" }).click();
  await expect(toolbar(page)).toContainText("250 files");
  await expect(toolbar(page)).toContainText("All that match are selected.");
  await page.getByRole("checkbox", { name: "Select all" }).uncheck();
  await expect(toolbar(page)).toBeHidden();
});

test("Ctrl+A selects the loaded files, and the second time all that match", async ({ page, server }) => {
  await putMany(server, 250);
  await page.goto("/?q=file");
  await names(page).first().focus();
  await page.keyboard.press("ControlOrMeta+A");
  await expect(toolbar(page)).toContainText("100 files");
  await page.keyboard.press("ControlOrMeta+A");
  await expect(toolbar(page)).toContainText("250 files");
  await page.goto("/?q=nothing+of+the+kind");
  await page.goBack();
  await expect(toolbar(page)).toBeHidden();
});

test("selecting all can be cancelled", async ({ page, server }) => {
  await putMany(server, 150);
  await page.route("**/api/v1/files?*limit=1000*", () => undefined);
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await toolbar(page).getByRole("button", { name: "Select all 150" }).click();
  await expect(toolbar(page)).toContainText("Selecting 0 of 150…");
  await toolbar(page).getByRole("button", { name: "Cancel" }).click();
  await expect(toolbar(page)).toContainText("All 100 loaded are selected.");
});

for (const width of [390, 768, 1024, 1440]) {
  test(`at ${width} px nothing covers the list, its toolbar or the preview`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 844 });
    await putMany(server, 40);
    await page.goto("/?sort=name");
    await expect(row(page, "File 1.txt")).toBeVisible();
    const scroller = page.getByTestId("file-scroller");
    const before = await scroller.boundingBox();
    await row(page, "File 1.txt").getByRole("checkbox").check();
    await toolbar(page).getByRole("button", { name: "Delete" }).click({ trial: true });
    expect((await scroller.boundingBox())?.y, "the list stays where it is").toBe(before?.y);
    await page.getByRole("button", { name: "Clear selection" }).click();

    // The space of the tray stays free below the last row, and below the preview where that covers the list.
    const tray = 300;
    await page.evaluate(
      (height) => document.documentElement.style.setProperty("--tray-space", `${height}px`),
      tray,
    );
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await expect(row(page, "File 9.txt")).toBeVisible();
    expect(await freeBelow(scroller, row(page, "File 9.txt"))).toBeGreaterThanOrEqual(tray);
    await row(page, "File 9.txt").getByRole("link").click();
    const panel = page.getByRole("complementary", { name: "Preview" });
    await expect(panel.getByText("SHA-256")).toBeVisible();
    const space = await page.evaluate(() =>
      Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--panel-space")),
    );
    expect(space).toBe(width < 1024 ? 0 : (await panel.boundingBox())?.width);
    if (width >= 1024) return;
    await panel.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    expect(await freeBelow(panel, panel.getByRole("definition").last())).toBeGreaterThanOrEqual(tray);
  });
}

/** Returns the space in a box below an element, in pixels. */
async function freeBelow(box: Locator, inside: Locator): Promise<number> {
  const bottom = async (element: Locator) => {
    const place = await element.boundingBox();
    return (place?.y ?? 0) + (place?.height ?? 0);
  };
  return (await bottom(box)) - (await bottom(inside));
}

test("in forced colours selected, open and plain rows differ", async ({ page, server }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await putMany(server, 3);
  await page.goto("/?sort=name");
  const look = (name: string) =>
    row(page, name).evaluate((element) => {
      const { outlineStyle, outlineColor, borderLeftStyle, borderLeftWidth } = getComputedStyle(element);
      return [outlineStyle, outlineColor, borderLeftStyle, borderLeftWidth].join(" ");
    });
  await expect(row(page, "File 1.txt")).toBeVisible();
  const plain = await look("File 3.txt");
  await row(page, "File 1.txt").getByRole("checkbox").check();
  const selected = await look("File 1.txt");
  await row(page, "File 2.txt").click();
  await expect(page.getByRole("complementary", { name: "Preview" })).toBeVisible();
  await row(page, "File 3.txt").hover();
  const open = await look("File 2.txt");
  expect(new Set([plain, selected, open]).size).toBe(3);
});

test("closing the confirmation or the toolbar restores the focus", async ({ page, server }) => {
  await putMany(server, 1100);
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  await toolbar(page).getByRole("button", { name: "Select all 1,100" }).click();
  await expect(toolbar(page)).toContainText("All that match are selected.");
  const remove = toolbar(page).getByRole("button", { name: "Delete" });
  for (const answer of ["Enter", "Escape"]) {
    await remove.press("Enter");
    const question = page.getByRole("dialog", { name: "Delete 1,100 files?" });
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.keyboard.press(answer);
    await expect(question).toBeHidden();
    await expect(remove).toBeFocused();
  }
  await page.keyboard.press("Escape");
  await expect(toolbar(page)).toBeHidden();
  await expect(page.getByRole("row").nth(1)).toBeFocused();
});
