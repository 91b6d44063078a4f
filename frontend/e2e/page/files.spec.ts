import { list, png, put } from "../files";
import { putMany } from "../many";
import { expect, names, row, test } from "./fixtures";

const pdf = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");

test.describe("with some files", () => {
  test.beforeEach(async ({ server }) => {
    await put(server, "Alpha.png", png, "image/png");
    await put(server, "beta notes.txt", "The second file\nhas two lines", "text/plain");
    await put(server, "Gamma.pdf", pdf, "application/pdf");
    await put(server, "delta.bin", Buffer.alloc(5000, 1));
  });

  test("search follows the typing and lives in the URL", async ({ page }) => {
    await page.goto("/");
    await expect(names(page)).toHaveCount(4);
    await page.keyboard.press("/");
    await page.keyboard.type("BETA");
    await expect(names(page)).toHaveText(["beta notes.txt"]);
    await expect(page).toHaveURL(/\?q=BETA$/);
    await expect(page).toHaveTitle("“BETA” in files · Pawl");
    await page.reload();
    await expect(names(page)).toHaveText(["beta notes.txt"]);
    await expect(page.getByRole("textbox", { name: "Search files" })).toHaveValue("BETA");
    await page.keyboard.press("/");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("nothing like it");
    await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
    await page.getByRole("main").getByRole("button", { name: "Clear filters" }).last().click();
    await expect(names(page)).toHaveCount(4);
  });

  test("search from another view leads to the files", async ({ page }) => {
    await page.goto("/statistics");
    await page.getByRole("textbox", { name: "Search files" }).fill("gamma");
    await page.keyboard.press("Enter");
    await expect(names(page)).toHaveText(["Gamma.pdf"]);
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  });

  test("filters narrow the list, Back removes them", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Images" }).click();
    await expect(names(page)).toHaveText(["Alpha.png"]);
    await expect(page).toHaveURL("/?type=images");
    await page.getByRole("button", { name: "PDF" }).click();
    await expect(names(page)).toHaveText(["Gamma.pdf"]);
    await page.goBack();
    await expect(names(page)).toHaveText(["Alpha.png"]);
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.getByRole("combobox", { name: "Added" }).selectOption("Today");
    await expect(names(page)).toHaveCount(4);
    await page.goto("/?from=2020-01-01&to=2020-12-31");
    await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  });

  test("sorts by name, size and time, both ways", async ({ page }) => {
    await page.goto("/");
    await expect(names(page)).toHaveText(["delta.bin", "Gamma.pdf", "beta notes.txt", "Alpha.png"]);
    await page.getByRole("button", { name: "Size", exact: true }).click();
    await expect(names(page).first()).toHaveText("delta.bin");
    await page.getByRole("button", { name: "Size", exact: true }).click();
    await expect(names(page).last()).toHaveText("delta.bin");
    await expect(page).toHaveURL("/?sort=size&order=asc");
    await page.getByRole("button", { name: "Name", exact: true }).click();
    await expect(names(page)).toHaveText(["Alpha.png", "beta notes.txt", "delta.bin", "Gamma.pdf"]);
    await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
    await page.getByRole("button", { name: "Grid" }).click();
    await expect(page).toHaveURL("/?sort=name&view=grid");
    await expect(names(page)).toHaveText(["Alpha.png", "beta notes.txt", "delta.bin", "Gamma.pdf"]);
  });

  test("renames in place", async ({ page, server }) => {
    await page.goto("/");
    await row(page, "delta.bin").focus();
    await page.keyboard.press("F2");
    const field = page.getByRole("textbox", { name: "New name" });
    await expect(field).toBeFocused();
    await page.keyboard.type("epsilon");
    await page.keyboard.press("Enter");
    await expect(row(page, "epsilon.bin")).toBeFocused();
    await expect.poll(async () => (await list(server)).map((f) => f.name)).toContain("epsilon.bin");
    await row(page, "epsilon.bin").getByRole("button", { name: "Rename" }).click();
    await page.keyboard.type("not kept");
    await page.keyboard.press("Escape");
    await expect(row(page, "epsilon.bin")).toBeVisible();
  });

  test("a refused name is reset, with the reason", async ({ page }) => {
    await page.route("**/api/v1/files/*", (route) =>
      route.request().method() === "PATCH"
        ? route.fulfill({
            status: 409,
            json: { code: "conflict", detail: "the file is locked", request_id: "r1" },
          })
        : route.continue(),
    );
    await page.goto("/");
    await row(page, "Gamma.pdf").getByRole("button", { name: "Rename" }).click();
    await page.keyboard.type("other");
    await page.keyboard.press("Enter");
    await expect(page.getByText("“Gamma.pdf” was not renamed. The file is locked.")).toBeVisible();
    await expect(row(page, "Gamma.pdf")).toBeVisible();
  });

  test("previews, walked with the arrow keys", async ({ page }) => {
    await page.goto("/?sort=name");
    await page.getByRole("link", { name: "Alpha.png" }).click();
    const panel = page.getByRole("complementary", { name: "Preview" });
    await expect(panel.getByRole("img", { name: "Alpha.png" })).toBeVisible();
    await expect
      .poll(() => panel.getByRole("img").evaluate((img: HTMLImageElement) => img.naturalWidth))
      .toBe(2);
    await expect(page).toHaveURL(/file=[0-9a-v]{36}/);
    await page.keyboard.press("ArrowRight");
    await expect(panel.getByText("has two lines")).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await expect(panel.getByRole("heading", { name: "delta.bin" })).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await expect(panel.getByTitle("PDF Gamma.pdf")).toBeVisible();
    await page.reload();
    await expect(panel.getByRole("heading", { name: "Gamma.pdf" })).toBeVisible();
    await panel.getByRole("button", { name: "Previous file" }).click();
    await expect(panel.getByRole("heading", { name: "delta.bin" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await expect(row(page, "delta.bin")).toBeFocused();
  });

  test("deletes with undo, and for good when nobody undoes it", async ({ page, server }) => {
    await page.goto("/");
    await row(page, "delta.bin").getByRole("button", { name: "Delete" }).click();
    await expect(row(page, "delta.bin")).toBeHidden();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(row(page, "delta.bin")).toBeVisible();
    expect(await list(server)).toHaveLength(4);

    await row(page, "delta.bin").getByRole("checkbox").check();
    await row(page, "Alpha.png").getByRole("checkbox").check();
    await page
      .getByRole("toolbar", { name: "Selected files" })
      .getByRole("button", { name: "Delete" })
      .click();
    await expect(page.getByText("Deleting 2 files")).toBeVisible();
    await expect(names(page)).toHaveText(["Gamma.pdf", "beta notes.txt"]);
    expect(await list(server)).toHaveLength(4);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByText("2 files deleted")).toBeVisible();
    expect((await list(server)).map((f) => f.name)).toEqual(["Gamma.pdf", "beta notes.txt"]);
  });

  test("a deletion is not forgotten when the page goes away", async ({ page, server }) => {
    await page.goto("/");
    await row(page, "delta.bin").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
    await page.goto("about:blank");
    await expect.poll(async () => (await list(server)).map((f) => f.name)).not.toContain("delta.bin");
  });

  test("selects with mouse and modifiers", async ({ page }) => {
    await page.goto("/?sort=name");
    const chosen = page.getByRole("toolbar", { name: "Selected files" });
    await row(page, "Alpha.png").click({ modifiers: ["ControlOrMeta"] });
    await row(page, "delta.bin").click({ modifiers: ["Shift"] });
    await expect(chosen).toContainText("3 files");
    await row(page, "beta notes.txt").click({ modifiers: ["ControlOrMeta"] });
    await expect(chosen).toContainText("2 files");
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await expect(chosen).toContainText("4 files");
    await page.getByRole("button", { name: "Clear selection" }).click();
    await expect(chosen).toBeHidden();
  });

  test("copies a link that opens the file", async ({ page, context, request }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    await row(page, "beta notes.txt").getByRole("button", { name: "Copy link" }).click();
    await expect(page.getByText("Link copied")).toBeVisible();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(await (await request.get(link)).text()).toBe("The second file\nhas two lines");
  });
});

test("says what happened when the list can't be loaded, and tries again", async ({ page }) => {
  let broken = true;
  await page.route("**/api/v1/files?*", (route) =>
    broken
      ? route.fulfill({
          status: 503,
          json: { code: "unavailable", detail: "the database does not answer", request_id: "req-42" },
        })
      : route.continue(),
  );
  await page.goto("/");
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("The database does not answer.");
  await expect(alert).toContainText("req-42");
  broken = false;
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
});

test("unknown paths and unknown files have a page", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await page.goto(`/?file=${"0".repeat(36)}`);
  const panel = page.getByRole("complementary", { name: "Preview" });
  await expect(panel.getByRole("heading", { name: "This file no longer exists" })).toBeVisible();
  await expect(panel.getByRole("button", { name: "Try again" })).toBeHidden();
  await panel.getByRole("button", { name: "Close", exact: true }).click();
  await expect(panel).toBeHidden();
});

test("a file that is deleted elsewhere while it is open says so", async ({ page, server }) => {
  const id = await put(server, "short-lived.txt", "x");
  await page.goto(`/?file=${id}`);
  await expect(page.getByRole("heading", { name: "short-lived.txt" })).toBeVisible();
  await expect(page).toHaveTitle("short-lived.txt · Pawl");
  await fetch(`${server.url}/api/v1/files/${id}`, { method: "DELETE" });
  await expect(page.getByRole("heading", { name: "This file no longer exists" })).toBeVisible();
  await expect(page).toHaveTitle("Files · Pawl");
});

test("without matches, single filters can be removed", async ({ page, server }) => {
  await put(server, "dusk.png", png, "image/png");
  await put(server, "dawn.txt", "x", "text/plain");
  await page.goto("/?q=dusk&type=text&since=7d");
  const main = page.getByRole("main");
  await expect(main.getByText("No file matches “dusk” and Text and added in the last 7 days.")).toBeVisible();
  await expect(main.getByRole("button", { name: "Any name: 1 file" })).toBeVisible();
  await expect(main.getByRole("button", { name: /Any time/ })).toBeHidden();
  await main.getByRole("button", { name: "Any type: 1 file" }).click();
  await expect(names(page)).toHaveText(["dusk.png"]);
  await expect(page).toHaveURL("/?q=dusk&since=7d");
});

test("the scroll position survives Back and a reload", async ({ page, server }) => {
  await putMany(server, 300);
  await page.goto("/?sort=name");
  await expect(row(page, "File 1.txt")).toBeVisible();
  const scroller = page.getByTestId("file-scroller");
  const place = () => scroller.evaluate((box) => Math.round(box.scrollTop));
  // Below the end of the first page.
  await expect
    .poll(async () => {
      await scroller.evaluate((box) => box.scrollTo(0, 8000));
      return place();
    })
    .toBe(8000);
  await expect
    .poll(() => page.evaluate(() => window.history.state?.place?.index))
    .toBe(Math.floor(8000 / 49));
  await page.getByRole("link", { name: "Statistics" }).first().click();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  await page.goBack();
  await expect.poll(place).toBe(8000);
  await page.reload();
  await expect.poll(place).toBe(8000);
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await expect.poll(place).toBe(0);
  await page.goBack();
  await expect.poll(place).toBe(8000);
});
