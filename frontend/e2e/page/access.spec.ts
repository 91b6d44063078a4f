import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { begin, MiB, png, put, random } from "../files";
import { putMany } from "../many";
import type { Server } from "../server";
import { choose, expect, names, row, sending, test, transfer } from "./fixtures";

async function fill(server: Server) {
  await put(server, "Alpha.png", png, "image/png");
  await put(server, "beta.txt", "some text", "text/plain");
  await begin(server, "Elsewhere.bin", random(1000));
}

async function check(page: Page, what: string) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map(
    (v) => `${what}: ${v.id} at ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`,
  );
  expect(found).toEqual([]);
}

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any view in ${scheme}`, async ({ page, server }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
    await check(page, "empty list");
    await fill(server);
    await expect(names(page)).toHaveCount(2);
    await row(page, "Alpha.png").getByRole("checkbox").check();
    await check(page, "table with a selection");
    await page.goto("/?view=grid");
    await expect(names(page)).toHaveCount(2);
    await check(page, "grid");
    await page.getByRole("link", { name: "beta.txt" }).click();
    await expect(page.getByText("some text")).toBeVisible();
    await choose(page, { name: "sent.txt", mimeType: "text/plain", buffer: Buffer.from("x") });
    await expect(transfer(page, "sent.txt")).toContainText("Uploaded");
    await check(page, "panel and tray");
    await page.goto("/uploads");
    await expect(page.getByTestId("elsewhere")).toBeVisible();
    await check(page, "uploads");
    await page.goto("/statistics");
    await page.getByText("Numbers as a table").first().click();
    await check(page, "statistics");
    await page.goto("/nowhere");
    await check(page, "no such page");
  });
}

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing in what comes and goes, in ${scheme}`, async ({ page, server, faultProxy }) => {
    test.slow();
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await put(server, "broken.png", png.subarray(0, 20), "image/png");
    await putMany(server, 1100);
    await page.goto("/?q=broken");
    await names(page).first().click();
    await expect(page.getByText("This browser can't show this file")).toBeVisible();
    await check(page, "a preview that fails");
    await page.goto(`/?file=${"0".repeat(26)}`);
    await expect(page.getByRole("heading", { name: "This file no longer exists" })).toBeVisible();
    await check(page, "a file that is gone");
    await page.goto("/");
    await expect(names(page).first()).toBeVisible();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    const toolbar = page.getByRole("toolbar", { name: "Selected files" });
    await check(page, "toolbar");
    await toolbar.getByRole("button", { name: "Select all 1,101" }).click();
    await expect(toolbar).toContainText("1,101 files");
    await toolbar.getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await check(page, "question");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Delete");
    await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
    await check(page, "message");

    faultProxy.holdAfter(0);
    await choose(
      page,
      Array.from({ length: 5 }, (_, i) => ({ name: `held ${i}.bin`, mimeType: "", buffer: random(9 * MiB) })),
    );
    await expect(transfer(page, "held 0.bin")).toHaveAttribute("data-status", sending);
    await page.getByRole("button", { name: "Cancel held 1.bin" }).click();
    await page.getByRole("button", { name: "Pause held 2.bin" }).click();
    await expect(transfer(page, "held 1.bin")).toContainText("Cancelled");
    await check(page, "tray");
    await page.getByRole("button", { name: "Cancel all" }).click();
    await check(page, "tray that asks");
    await page.getByRole("button", { name: "Collapse tray" }).click();
    await check(page, "folded tray");
    faultProxy.release();
  });
}

test("everything works by keyboard alone", async ({ page, server }) => {
  await fill(server);
  await page.goto("/?sort=name");
  await expect(names(page)).toHaveCount(2);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  const list = page.getByRole("grid", { name: "Files" });
  for (let i = 0; i < 40 && (await list.locator("[data-id]:focus").count()) === 0; i++)
    await page.keyboard.press("Tab");
  await expect(row(page, "Alpha.png")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(row(page, "beta.txt")).toBeFocused();
  await page.keyboard.press("Space");
  await page.keyboard.press("Shift+ArrowUp");
  await expect(page.getByRole("toolbar", { name: "Selected files" })).toContainText("2 files");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("toolbar", { name: "Selected files" })).toBeHidden();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Preview" });
  await expect(panel.getByRole("heading", { name: "Alpha.png" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await page.keyboard.press("F2");
  await page.keyboard.type("Omega");
  await page.keyboard.press("Enter");
  await expect(row(page, "Omega.png")).toBeFocused();
  await page.keyboard.press("Delete");
  await expect(row(page, "Omega.png")).toBeHidden();
  await expect(row(page, "beta.txt")).toBeFocused();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return "";
      return getComputedStyle(focused).outlineStyle;
    });
    expect(outline, "focus is visible").not.toBe("none");
    if (await page.getByRole("button", { name: "Undo" }).evaluate((b) => b === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await expect(row(page, "Omega.png")).toBeVisible();
});

test("the theme follows the system, and the switch wins", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/");
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "Theme: as the system. Change to light" }).click();
  expect(await ground()).toBe(light);
  await page.reload();
  expect(await ground()).toBe(light);
  await page.getByRole("button", { name: "Theme: light. Change to dark" }).click();
  await page.getByRole("button", { name: "Theme: dark. Change to as the system" }).click();
  expect(await ground()).toBe(dark);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

  test("nothing is wider than the screen, and all is there", async ({ page, server }) => {
    await fill(server);
    for (const path of ["/", "/?view=grid", "/uploads", "/statistics"]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.waitForLoadState("load");
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(wider, path).toBeLessThanOrEqual(0);
    }
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Files" }).tap();
    await page.getByRole("link", { name: "Alpha.png" }).tap();
    const panel = page.getByRole("complementary", { name: "Preview" });
    await expect(panel.getByRole("button", { name: "Download" })).toBeVisible();
    await panel.getByRole("button", { name: "Close preview" }).tap();
    await choose(page, { name: "from the phone.txt", mimeType: "text/plain", buffer: Buffer.from("hello") });
    await expect(transfer(page, "from the phone.txt")).toContainText("Uploaded");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await check(page, "phone");
  });
});
