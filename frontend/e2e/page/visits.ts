import { expect, type Page, test as runner } from "@playwright/test";
import { choose, test, transfer } from "./fixtures";

// A page may behave differently in a browser that has used it before, and when another tab has it open. The important
// tests run in each of these situations.

/** What happens in the browser before the test. */
const visits: Record<string, (page: Page) => Promise<void>> = {
  "first visit": async (page) => void (await page.goto("/")),
  "second visit": async (page) => {
    await page.goto("/");
    await uploadBefore(page);
    await page.reload();
  },
  "second tab": async (page) => {
    const other = await page.context().newPage();
    await other.goto("/");
    await uploadBefore(other);
    await page.goto("/");
  },
};

/** Uploads a file that is not part of the test. */
async function uploadBefore(page: Page) {
  await choose(page, { name: "earlier.txt", mimeType: "text/plain", buffer: Buffer.from("earlier") });
  await expect(transfer(page, "earlier.txt")).toContainText("Uploaded");
}

type Body = Parameters<typeof test>[2];

/** Runs a test on the first visit, on the second visit and in a second tab. The page is open when it begins. */
export function onEveryVisit(title: string, body: Body) {
  for (const [visit, prepare] of Object.entries(visits)) {
    runner.describe(visit, () => {
      test.beforeEach(({ page }) => prepare(page));
      test(title, body);
    });
  }
}
