import type { Page } from "@playwright/test";
import { countOf, putMany } from "../many";
import { expect, names, test } from "./fixtures";

const toolbar = (page: Page) => page.getByRole("toolbar", { name: "Selected files" });
const undo = (page: Page) => page.getByRole("button", { name: "Undo" });

/** Selects `count` files, and clicks Delete. */
async function selectAndDelete(page: Page, count: number) {
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all" }).check();
  if (count > 100) await toolbar(page).getByRole("button", { name: "Select all" }).click();
  await expect(toolbar(page)).toContainText(`${count.toLocaleString("en")} files`);
  await toolbar(page).getByRole("button", { name: "Delete" }).click();
}

test("600 files are deleted when the page says so", async ({ page, server }) => {
  await putMany(server, 600);
  await selectAndDelete(page, 600);
  await expect(page.getByText("Deleting 600 files")).toBeVisible();
  await expect(names(page)).toHaveCount(0);
  expect(await countOf(server), "before the deletion is sent").toBe(600);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("600 files deleted")).toBeVisible();
  expect(await countOf(server), "when the page says so").toBe(0);
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
});

test("deleting 600 files can be undone", async ({ page, server }) => {
  await putMany(server, 600);
  await selectAndDelete(page, 600);
  await undo(page).click();
  await expect(names(page).first()).toBeVisible();
  await expect(page.getByText("deleted")).toBeHidden();
  expect(await countOf(server)).toBe(600);
});

test("a tab that closes before the deletion is sent deletes all of it", async ({ page, server }) => {
  await putMany(server, 600);
  await selectAndDelete(page, 600);
  await expect(undo(page)).toBeVisible();
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => countOf(server)).toBe(0);
});

test("a tab that closes during the request deletes all of it", async ({ page, server, faultProxy }) => {
  await putMany(server, 600);
  await selectAndDelete(page, 600);
  const asked = page.waitForRequest("**/api/v1/files/delete");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await asked;
  await page.close();
  await expect.poll(() => countOf(server)).toBe(0);
  expect(faultProxy.requests.filter(({ path }) => path === "/api/v1/files/delete")).toHaveLength(1);
});

test("several pending deletions are all sent when the tab closes", async ({ page, server }) => {
  await putMany(server, 3);
  await page.goto("/");
  for (let left = 3; left > 0; left--) {
    await expect(names(page)).toHaveCount(left);
    await page.getByRole("row").nth(1).getByRole("button", { name: "Delete" }).click();
  }
  await expect(names(page)).toHaveCount(0);
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => countOf(server)).toBe(0);
});

test("two large pending deletions are both sent when the tab closes", async ({ page, server }) => {
  test.slow();
  await putMany(server, 1200, (i) => `${i % 2 ? "odd" : "even"} ${i}.txt`);
  await page.goto("/");
  for (const q of ["odd", "even"]) {
    await page.getByRole("textbox", { name: "Search files" }).fill(q);
    await expect(names(page).first()).toContainText(q);
    // The list may begin with such a file before the search is done.
    await expect(page.getByTestId("totals")).toContainText("600 files");
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await toolbar(page).getByRole("button", { name: "Select all 600" }).click();
    await expect(toolbar(page)).toContainText("600 files");
    await toolbar(page).getByRole("button", { name: "Delete" }).click();
    await expect(undo(page).last()).toBeVisible();
  }
  await page.close({ runBeforeUnload: true });
  await expect.poll(() => countOf(server)).toBe(0);
});

test("when the server can't be reached the rows come back, with the reason and a retry", async ({
  page,
  server,
}) => {
  await putMany(server, 30);
  await selectAndDelete(page, 30);
  await server.kill();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("30 files were not deleted. The server can't be reached.")).toBeVisible();
  await expect(names(page)).not.toHaveCount(0);
  await server.up();
  expect(await countOf(server)).toBe(30);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Deleting 30 files")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("30 files deleted")).toBeVisible();
  expect(await countOf(server)).toBe(0);
});

test("files that can't be deleted come back, with one message for all", async ({ page, server }) => {
  await putMany(server, 5);
  await page.route("**/api/v1/files/delete", (route) => {
    const { ids } = route.request().postDataJSON() as { ids: string[] };
    const items = ids.map((id, i) =>
      i < 2
        ? { id, deleted: false, code: "conflict", detail: "the file is being read" }
        : i < 3
          ? { id, deleted: false, code: "not_found", detail: "no such file" }
          : { id, deleted: true },
    );
    return route.fulfill({ json: { items } });
  });
  await selectAndDelete(page, 5);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(
    page.getByText("3 files deleted. 2 files were not deleted. The file is being read."),
  ).toBeVisible();
  await expect(names(page)).toHaveCount(2);
});

test("other tabs follow", async ({ page, context, watched, server }) => {
  await putMany(server, 600);
  const other = await context.newPage();
  watched(other);
  await other.goto("/");
  await expect(names(other).first()).toBeVisible();
  await page.bringToFront();
  await selectAndDelete(page, 600);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("600 files deleted")).toBeVisible();
  await other.bringToFront();
  await expect(other.getByRole("heading", { name: "No files yet" })).toBeVisible();
});

test("deleting over 1,000 files needs a confirmation, and shows progress", async ({ page, server }) => {
  test.slow();
  await putMany(server, 1100);
  await selectAndDelete(page, 1100);
  const question = page.getByRole("dialog", { name: "Delete 1,100 files?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await expect(toolbar(page)).toContainText("1,100 files");
  await toolbar(page).getByRole("button", { name: "Delete" }).click();

  let proceed = () => {};
  const held = new Promise<void>((resolve) => {
    proceed = resolve;
  });
  let requests = 0;
  await page.route("**/api/v1/files/delete", async (route) => {
    if (++requests === 2) await held;
    await route.continue();
  });
  await question.getByRole("button", { name: "Delete 1,100 files" }).click();
  await expect(page.getByText("Deleting 1,000 of 1,100 files…")).toBeVisible();
  const leaving = page.waitForEvent("dialog");
  await page.evaluate(() => setTimeout(() => window.location.reload()));
  const dialog = await leaving;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  proceed();
  await expect(page.getByText("1,100 files deleted")).toBeVisible();
  expect(await countOf(server)).toBe(0);
});
