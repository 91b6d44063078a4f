import type { Locator, Page } from "@playwright/test";
import { png, put, random } from "../files";
import { putMany } from "../many";
import type { Server } from "../server";
import { choose, expect, names, row, test, transfer } from "./fixtures";

// The layout, from phones to large screens. 320 × 256 is 1280 × 1024 at 400 % zoom.

const sizes = [
  { width: 320, height: 256 },
  { width: 320, height: 640 },
  { width: 390, height: 844 },
  { width: 768, height: 1024 },
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
  { width: 2560, height: 1300 },
];

async function fill(server: Server) {
  for (let i = 1; i <= 12; i++)
    await put(server, `Picture ${String(i).padStart(2, "0")}.png`, png, "image/png");
}

const tray = (page: Page) => page.getByRole("region", { name: "Upload tray" });
const panel = (page: Page) => page.getByRole("complementary", { name: "Preview" });
const toolbar = (page: Page) => page.getByRole("toolbar", { name: "Selected files" });
const views = (page: Page) => page.getByRole("navigation", { name: "Views" }).filter({ visible: true });

async function overlap(one: Locator, other: Locator): Promise<boolean> {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (!a || !b) return false;
  // Less than a pixel is due to rounding.
  return (
    Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1 &&
    Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 1
  );
}

/** Checks that none of the visible parts overlap. */
async function expectApart(parts: Record<string, Locator>) {
  const all = Object.entries(parts);
  // What has just opened moves what is beside it.
  for (const [i, [name, one]] of all.entries())
    for (const [otherName, other] of all.slice(i + 1))
      await expect.poll(() => overlap(one, other), `${name} and ${otherName} overlap`).toBe(false);
}

/** Checks that each control can be scrolled into view and clicked. */
async function expectInReach(controls: Locator) {
  expect(await controls.count()).toBeGreaterThan(0);
  for (const control of await controls.all()) await control.click({ trial: true, timeout: 5000 });
}

for (const size of sizes) {
  test.describe(`${size.width} × ${size.height}`, () => {
    test.use({ viewport: size });

    test("nothing covers a control", async ({ page, server }) => {
      await page.emulateMedia({ reducedMotion: "reduce" });
      await fill(server);
      await page.goto("/");
      await expect(names(page).first()).toBeVisible();
      await expectInReach(views(page).getByRole("link"));
      await expectInReach(row(page, "Picture 12.png").getByRole("checkbox"));
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, "the page scrolls sideways").toBeLessThanOrEqual(0);
      // The rest needs space for several parts.
      if (size.height < 400) return;

      await choose(page, { name: "sent.bin", mimeType: "", buffer: random(100) });
      await expect(transfer(page, "sent.bin")).toContainText("Uploaded");
      await row(page, "Picture 12.png").getByRole("checkbox").check();
      await expect(toolbar(page)).toBeVisible();
      await expectApart({ tray: tray(page), toolbar: toolbar(page), views: views(page) });
      await expectInReach(toolbar(page).getByRole("button"));
      await page.keyboard.press("Escape");
      await expect(toolbar(page)).toBeHidden();
      // The last row can be scrolled out from under the tray.
      await expectInReach(row(page, "Picture 01.png").getByRole("checkbox"));

      await names(page).filter({ hasText: "Picture 12.png" }).click();
      await expect(panel(page).getByRole("button", { name: "Download" })).toBeVisible();
      const parts = { tray: tray(page), views: views(page) };
      // Beside the list the tray does not cover the preview; on a phone the preview fills the screen.
      await expectApart(size.width >= 1024 ? { ...parts, panel: panel(page) } : parts);
      await expectInReach(panel(page).getByRole("button", { disabled: false }));
    });
  });
}

for (const size of sizes.filter(({ height }) => height >= 400)) {
  test(`a full tray leaves everything in place at ${size.width}`, async ({ page, server }) => {
    await page.setViewportSize(size);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await fill(server);
    await page.goto("/");
    await choose(
      page,
      Array.from({ length: 9 }, (_, i) => ({ name: `sent ${i}.bin`, mimeType: "", buffer: random(100) })),
    );
    await expect(tray(page)).toContainText("9 files uploaded");
    await expectApart({
      list: page.getByTestId("file-scroller"),
      views: views(page),
      search: page.getByRole("search"),
      upload: page.getByRole("banner").getByRole("button", { name: "Upload", exact: true }),
    });
    const search = await page.getByRole("textbox", { name: "Search files" }).boundingBox();
    expect(search?.width, "room for the search words").toBeGreaterThan(100);
  });
}

for (const size of [sizes[2], sizes[5]]) {
  test(`a message covers no other part at ${size?.width}`, async ({ page, server }) => {
    if (size) await page.setViewportSize(size);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await fill(server);
    await page.goto("/");
    await choose(page, { name: "sent.bin", mimeType: "", buffer: random(100) });
    await expect(transfer(page, "sent.bin")).toContainText("Uploaded");
    await row(page, "Picture 12.png").getByRole("checkbox").check();
    await toolbar(page).getByRole("button", { name: "Delete" }).click();
    const message = page.locator(".toast").filter({ hasText: "deleted" });
    await expect(message).toBeVisible();
    await row(page, "Picture 11.png").getByRole("checkbox").check();
    await expectApart({ message, tray: tray(page), toolbar: toolbar(page), views: views(page) });
  });
}

for (const width of [390, 768, 1024, 1440]) {
  test(`filters and toolbar take one line each at ${width}`, async ({ page, server }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await putMany(server, 150);
    await page.goto("/");
    const list = page.getByTestId("file-scroller");
    const expectOneLine = async () => {
      const top = (await list.boundingBox())?.y;
      await page.getByRole("checkbox", { name: "Select all" }).check();
      await expect(toolbar(page).getByRole("button", { name: "Select all 150" })).toBeVisible();
      expect((await toolbar(page).boundingBox())?.height).toBeLessThan(40);
      expect((await list.boundingBox())?.y, "the list stays in place").toBe(top);
      await toolbar(page).getByRole("button", { name: "Clear selection" }).click();
      const title = await page.getByRole("heading", { level: 1 }).boundingBox();
      const layout = await page.getByRole("group", { name: "Layout" }).boundingBox();
      expect(layout?.y, "the layout switch is beside the title").toBeLessThan((title?.y ?? 0) + 20);
    };
    await expect(names(page).first()).toBeVisible();
    await expectOneLine();
    if (width < 1024) return;
    await names(page).first().click();
    await expect(panel(page).getByRole("button", { name: "Download" })).toBeVisible();
    await expectOneLine();
  });
}

test("an empty list has no filters", async ({ page, server }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
  const controls = page.getByRole("main").getByRole("group").or(page.getByRole("combobox"));
  await expect(controls).toHaveCount(0);
  await fill(server);
  await expect(page.getByRole("group", { name: "Type" })).toBeVisible();
});

for (const width of [390, 1024, 1440, 2560]) {
  test(`views have the same left edge and background at ${width}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    const seen: unknown[] = [];
    for (const path of ["/", "/uploads", "/statistics"]) {
      await page.goto(path);
      const title = page.getByRole("heading", { level: 1 });
      await expect(title).toBeVisible();
      const box = await title.boundingBox();
      const style = await title.evaluate((element) => {
        let ground: Element | null = element;
        while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)")
          ground = ground.parentElement;
        return [getComputedStyle(element).fontSize, ground && getComputedStyle(ground).backgroundColor];
      });
      seen.push([Math.round(box?.x ?? 0), Math.round(box?.y ?? 0), ...style]);
    }
    expect(seen[1], "uploads").toEqual(seen[0]);
    expect(seen[2], "statistics").toEqual(seen[0]);
  });
}

test.describe("in forced colours", () => {
  test.use({ contextOptions: { forcedColors: "active" } });

  /** Returns the visible properties of an element when all colours are the system's. */
  const look = (part: Locator, pseudo?: string) =>
    part.evaluate((element, pseudo) => {
      const style = getComputedStyle(element, pseudo);
      return [style.backgroundColor, style.borderColor, style.outlineStyle, style.textDecorationLine].join(
        " ",
      );
    }, pseudo);

  test("states differ in more than colours", async ({ page, server }) => {
    await fill(server);
    await page.goto("/");
    const box = row(page, "Picture 12.png").getByRole("checkbox");
    const unticked = await look(box, "::before");
    await box.check();
    expect(await look(box, "::before"), "a ticked box").not.toBe(unticked);

    const link = (name: string) => views(page).getByRole("link", { name, exact: true });
    expect(await look(link("Files")), "the current view").not.toBe(await look(link("Uploads")));

    const chips = page.getByRole("button", { pressed: false }).and(page.locator(".chip"));
    const pressed = page.getByRole("button", { pressed: true }).and(page.locator(".chip"));
    await page.goto("/statistics");
    expect(await look(pressed.first()), "a pressed chip").not.toBe(await look(chips.first()));

    const bar = page.locator(".bar > div").first();
    await expect(bar).toBeAttached();
    expect(await look(bar), "a bar").not.toBe(await look(page.locator(".bar").first()));
  });
});
