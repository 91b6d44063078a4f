import type { Locator } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { putMany } from "../many";
import { expect, names, test } from "./fixtures";

// With scroll bars that take space, as in most desktop browsers.
test.use({ launchOptions: { ...launchOptions, ignoreDefaultArgs: ["--hide-scrollbars"] } });

test("the columns of head and rows line up", async ({ page, server }) => {
  await putMany(server, 60);
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  const edges = (cells: Locator) =>
    cells.evaluateAll((all) => all.map((cell) => Math.round(cell.getBoundingClientRect().right)));
  const rows = page.getByRole("row");
  expect(await edges(rows.nth(1).getByRole("gridcell"))).toEqual(
    await edges(rows.nth(0).getByRole("columnheader")),
  );
});
