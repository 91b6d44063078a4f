import { png, put } from "../files";
import { expect, names, row, test } from "./fixtures";

test("the slash key focuses the search box unless a text field has the focus", async ({ page, server }) => {
  await put(server, "Dusk.txt", "x");
  await put(server, "Dawn.txt", "x");
  await page.goto("/");
  const search = page.getByRole("textbox", { name: "Search files" });
  await row(page, "Dusk.txt").getByRole("checkbox").focus();
  await page.keyboard.press("/");
  await expect(search).toBeFocused();
  await page.keyboard.type("dus");
  await expect(names(page)).toHaveText(["Dusk.txt"]);
  await page.keyboard.press("Escape");
  await expect(names(page)).toHaveCount(2);
  await page.keyboard.press("Escape");
  await expect(search).not.toBeFocused();
});

test("a pending search does not change another view", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("textbox", { name: "Search files" }).pressSequentially("du");
  await page.getByRole("link", { name: "Statistics", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Statistics", level: 1 })).toBeVisible();
  await expect(page).toHaveURL("/statistics");
  await expect(page).toHaveTitle("Statistics · Pawl");
});

test("statistics that could not be refreshed say so", async ({ page, server }) => {
  await page.goto("/statistics");
  const files = page.locator("dl > div").filter({ hasText: "Files" });
  await expect(files).toContainText("+0 in 30 days");
  await page.route("**/api/v1/stats?*", (route) => route.abort());
  await put(server, "New.txt", "x");
  const failure = page.getByRole("alert").filter({ hasText: "could not be refreshed" });
  await expect(failure).toBeVisible({ timeout: 20_000 });
  await page.unrouteAll();
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect(failure).toBeHidden();
  await expect(files).toContainText("+1 in 30 days");
});

test("what could not be loaded during an outage is loaded afterwards", async ({ page, server }) => {
  await put(server, "Alpha.png", png, "image/png");
  await put(server, "Beta.png", png, "image/png");
  await page.goto("/?sort=name");
  await names(page).first().click();
  const panel = page.getByRole("complementary", { name: "Preview" });
  await expect(panel.getByRole("img", { name: "Alpha.png" })).toBeVisible();
  await server.kill();
  await expect(page.getByText("The server can't be reached. Trying again")).toBeVisible();
  await panel.getByRole("button", { name: "Next file" }).click();
  await expect(panel.getByText("The server can't be reached")).toBeVisible();
  await page.getByRole("button", { name: "Images" }).click();
  await expect(page.getByRole("heading", { name: "The files could not be loaded" })).toBeVisible();
  await server.up();
  await expect(names(page)).toHaveText(["Alpha.png", "Beta.png"], { timeout: 20_000 });
  await expect(panel.getByRole("img", { name: "Beta.png" })).toBeVisible();
});
