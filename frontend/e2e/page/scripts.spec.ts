import type { Page } from "@playwright/test";
import { list, MiB, random } from "../files";
import { choose, expect, sending, test, transfer } from "./fixtures";

// Scripts that are loaded on demand, and may not be available when they are needed.

const statistics = "**/assets/StatisticsPage-*.js";

async function open(page: Page, view: string) {
  await page
    .getByRole("navigation", { name: "Views" })
    .getByRole("link", { name: view, exact: true })
    .click();
}

/** Resolves when scripts with these name prefixes are loaded. */
async function loaded(page: Page, ...names: string[]) {
  await Promise.all(
    names.map((name) =>
      page.waitForEvent("requestfinished", (request) => request.url().includes(`/assets/${name}`)),
    ),
  );
}

/** Makes the server have a newer version of the page, without the scripts of the old one. */
async function replacePage(page: Page) {
  await page.route("**/assets/*.js", (route) => route.fulfill({ status: 404, body: "no such file" }));
  await page.route("**/api/v1/server", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...(await response.json()), version: "v99" } });
  });
}

test("a view opens once its script can be loaded, and no upload is lost", async ({
  page,
  server,
  faultProxy,
}) => {
  await page.route(statistics, (route) => route.abort());
  await page.goto("/");
  faultProxy.holdAfter(2 * MiB);
  await choose(page, { name: "Moving.bin", mimeType: "", buffer: random(4 * MiB) });
  await expect(transfer(page, "Moving.bin")).toHaveAttribute("data-status", sending);
  await open(page, "Statistics");
  await expect(page.getByRole("heading", { name: "This view is not loaded yet" })).toBeVisible();
  await open(page, "Files");
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
  await open(page, "Statistics");
  await page.unroute(statistics);
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible({ timeout: 20_000 });
  faultProxy.release();
  await expect(transfer(page, "Moving.bin")).toContainText("Uploaded");
  expect(await list(server)).toHaveLength(1);
});

test("opening a view loads it at once", async ({ page }) => {
  let refused = 0;
  await page.route(statistics, (route) => {
    refused++;
    return route.abort();
  });
  await page.goto("/");
  // The next attempt is seconds away.
  await expect.poll(() => refused, { timeout: 30_000 }).toBeGreaterThan(9);
  await page.unroute(statistics);
  const began = Date.now();
  await open(page, "Statistics");
  await expect(page.getByRole("heading", { name: "Statistics", level: 1 })).toBeVisible();
  expect(Date.now() - began).toBeLessThan(6000);
});

test("trying again loads a view at once", async ({ page }) => {
  let refused = 0;
  await page.route(statistics, (route) => {
    refused++;
    return route.abort();
  });
  await page.goto("/statistics");
  // The next attempt is seconds away.
  await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(5);
  await page.unroute(statistics);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
});

test("a restart of the server makes no view unavailable", async ({ page, server, faultProxy }) => {
  const first = faultProxy.waitFor("answered", ({ path }) => path.startsWith("/assets/index-"));
  // The server is killed before the page prefetches the view.
  await page.route(statistics, (route) => route.abort());
  await page.goto("/");
  await first;
  await server.kill();
  await page.unroute(statistics);
  await open(page, "Statistics");
  await expect(page.getByRole("heading", { name: "This view is not loaded yet" })).toBeVisible();
  await server.up();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible({ timeout: 20_000 });
  await expect(page.locator("dl > div").filter({ hasText: "Downloads" })).toBeVisible();
});

test("scripts of all views are loaded when the page is idle", async ({ page, server }) => {
  const all = loaded(page, "StatisticsPage", "UploadsPage", "PreviewPanel", "engine");
  await page.goto("/");
  await all;
  await server.kill();
  await open(page, "Statistics");
  await expect(page.getByRole("heading", { name: "Statistics", level: 1 })).toBeVisible();
  await server.up();
});

test("a new version is offered, and waits for the uploads", async ({ page, server, faultProxy }) => {
  await page.route(statistics, (route) => route.abort());
  const others = loaded(page, "UpdateNotice", "engine");
  await page.goto("/");
  await others;
  faultProxy.holdAfter(2 * MiB);
  await choose(page, { name: "Moving.bin", mimeType: "", buffer: random(4 * MiB) });
  await expect(transfer(page, "Moving.bin")).toHaveAttribute("data-status", sending);
  await page.unroute(statistics);
  await replacePage(page);
  await server.kill();
  await server.up();
  const notice = page.getByRole("status").filter({ hasText: "A new version of Pawl is available" });
  await expect(notice).toContainText("when 1 upload is finished", { timeout: 20_000 });
  await expect(notice.getByRole("button", { name: "Reload" })).toBeHidden();
  await open(page, "Statistics");
  const lost = page.getByRole("alert").filter({ hasText: "A new version of Pawl is installed" });
  await expect(lost.getByRole("link", { name: "Open in a new tab" })).toBeVisible({ timeout: 20_000 });
  await expect(lost.getByRole("button", { name: "Reload" })).toBeHidden();
  faultProxy.release();
  await expect(transfer(page, "Moving.bin")).toContainText("Uploaded", { timeout: 20_000 });
  await expect(notice.getByRole("button", { name: "Reload" })).toBeVisible();
  await page.unrouteAll();
  await lost.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("heading", { name: "Statistics", level: 1 })).toBeVisible();
  await expect(notice).toBeHidden();
});

for (const [part, pattern] of [
  ["script", "**/assets/index-*.js"],
  ["style sheet", "**/assets/*.css"],
] as const) {
  test(`the page recovers when its ${part} could not be loaded`, async ({ page }) => {
    let refused = 0;
    await page.route(pattern, (route) => (refused++ < 1 ? route.abort() : route.continue()));
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
    await expect
      .poll(() => page.locator("body").evaluate((body) => getComputedStyle(body).overflow))
      .toBe("hidden");
    expect(refused).toBe(2);
  });
}
