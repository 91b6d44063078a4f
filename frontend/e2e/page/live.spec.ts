import { begin, MiB, put, random } from "../files";
import { putMany } from "../many";
import { expect, names, row, test } from "./fixtures";

test("uploads of other clients appear, progress and disappear without a reload", async ({ page, server }) => {
  await page.goto("/uploads");
  await expect(page.getByRole("heading", { name: "Nothing is being uploaded" })).toBeVisible();
  const upload = await begin(server, "From a camera.mov", random(4 * MiB), "video/quicktime");
  const line = page.getByTestId("elsewhere").filter({ hasText: "From a camera.mov" });
  await expect(line).toContainText("0 %");
  await upload.send(0, 2 * MiB);
  await expect(line).toContainText("50 %");
  await upload.send(2 * MiB, 4 * MiB);
  await expect(line).toBeHidden();
  await page.getByRole("link", { name: "Files", exact: true }).first().click();
  await expect(row(page, "From a camera.mov")).toContainText("4.00 MiB");
});

test("an upload of another client can be stopped", async ({ page, server }) => {
  await begin(server, "Stray.bin", random(1000));
  await page.goto("/uploads");
  await page.getByRole("button", { name: "Stop Stray.bin" }).click();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Nothing is being uploaded" })).toBeVisible();
});

test("files appear, change and disappear without a reload", async ({ page, server }) => {
  const first = await put(server, "First.txt", "1");
  await page.goto("/");
  await expect(names(page)).toHaveText(["First.txt"]);
  await put(server, "Second.txt", "22");
  await expect(names(page)).toHaveText(["Second.txt", "First.txt"]);
  await fetch(`${server.url}/api/v1/files/${first}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "First, renamed.txt" }),
  });
  await expect(names(page)).toHaveText(["Second.txt", "First, renamed.txt"]);
  await fetch(`${server.url}/api/v1/files/${first}`, { method: "DELETE" });
  await expect(names(page)).toHaveText(["Second.txt"]);
});

test("the list stays live while another view is shown", async ({ page, server }) => {
  await put(server, "First.txt", "1");
  await page.goto("/");
  await expect(names(page)).toHaveCount(1);
  await page.getByRole("link", { name: "Statistics" }).first().click();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  await put(server, "Second.txt", "22");
  await page.getByRole("link", { name: "Files", exact: true }).first().click();
  await expect(names(page)).toHaveText(["Second.txt", "First.txt"]);
});

test("many new files at once don't move the visible rows, and are counted", async ({ page, server }) => {
  await putMany(server, 50, (i) => `Old ${i}.txt`);
  await page.goto("/");
  await expect(names(page).first()).toBeVisible();
  const scroller = page.getByTestId("file-scroller");
  await scroller.evaluate((box) => box.scrollTo(0, 600));
  const read = row(page, (await names(page).nth(18).textContent()) ?? "");
  const place = (await read.boundingBox())?.y;
  await putMany(server, 400, (i) => `New ${i}.txt`);
  await expect(page.getByTestId("totals")).toContainText("450 files");
  await expect(page.getByRole("button", { name: "400 new files" })).toBeVisible();
  expect((await read.boundingBox())?.y).toBe(place);
  await page.getByRole("button", { name: "400 new files" }).click();
  await expect(names(page).first()).toContainText("New ");
});

test("a search shows new files that it finds", async ({ page, server }) => {
  await page.goto("/?q=1200+CAFE");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await put(server, "cafe\u0301 bill 1200.pdf", "x");
  await put(server, "cafe bill 1300.pdf", "x");
  await expect(names(page)).toHaveText(["cafe\u0301 bill 1200.pdf"]);
  await page.reload();
  await expect(names(page)).toHaveText(["cafe\u0301 bill 1200.pdf"]);
});

test("only files that match the filter appear", async ({ page, server }) => {
  await put(server, "a note.txt", "text", "text/plain");
  await page.goto("/?q=note");
  await expect(names(page)).toHaveCount(1);
  await put(server, "something else.txt", "text", "text/plain");
  await put(server, "another note.txt", "text", "text/plain");
  await expect(names(page)).toHaveText(["another note.txt", "a note.txt"]);
});

test("new files in a filtered list don't move the visible rows", async ({ page, server }) => {
  await putMany(server, 40, (i) => `Note ${String(i).padStart(2, "0")}.txt`);
  await page.goto("/?q=note");
  const scroller = page.getByTestId("file-scroller");
  await expect(names(page).first()).toBeVisible();
  await scroller.evaluate((box) => box.scrollTo(0, 500));
  const read = row(page, (await names(page).nth(15).textContent()) ?? "");
  const place = (await read.boundingBox())?.y;
  await put(server, "Another note.txt", "x");
  await put(server, "Something else.txt", "x");
  await expect(page.getByTestId("totals")).toContainText("41 files");
  expect((await read.boundingBox())?.y).toBe(place);
  await scroller.evaluate((box) => box.scrollTo(0, 0));
  await expect(names(page).first()).toHaveText("Another note.txt");
});

test("a file that no longer matches leaves the list", async ({ page, server }) => {
  const id = await put(server, "A note.txt", "x");
  await put(server, "Another note.txt", "x");
  await page.goto("/?q=note&sort=name");
  await expect(names(page)).toHaveText(["A note.txt", "Another note.txt"]);
  await fetch(`${server.url}/api/v1/files/${id}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "A letter.txt" }),
  });
  await expect(names(page)).toHaveText(["Another note.txt"]);
});

test("new files don't move the visible rows", async ({ page, server }) => {
  for (let i = 1; i <= 40; i++) await put(server, `File ${String(i).padStart(2, "0")}.txt`, "x");
  await page.goto("/");
  const scroller = page.getByTestId("file-scroller");
  await expect(row(page, "File 40.txt")).toBeVisible();
  await scroller.evaluate((box) => box.scrollTo(0, 500));
  const read = row(page, "File 25.txt");
  const place = (await read.boundingBox())?.y;
  await put(server, "New one.txt", "x");
  await put(server, "New two.txt", "x");
  await expect(page.getByRole("button", { name: "2 new files" })).toBeVisible();
  expect((await read.boundingBox())?.y).toBe(place);
  await page.getByRole("button", { name: "2 new files" }).click();
  await expect(names(page).first()).toHaveText("New two.txt");
  await expect(row(page, "New one.txt")).toBeVisible();
});

test("the list loads many pages", async ({ page }) => {
  const total = 600;
  const file = (i: number) => ({
    id: String(i).padStart(36, "0"),
    name: `Entry ${i}`,
    size: i,
    media_type: "text/plain",
    declared_type: "",
    type_mismatch: false,
    sha256: "0".repeat(64),
    state: "ready",
    metadata: {},
    owner: "local",
    created_at: "2026-11-24T05:00:00.000000Z",
    updated_at: "2026-11-24T05:00:00.000000Z",
    downloads: 0,
  });
  await page.route("**/api/v1/files?*", (route) => {
    const query = new URL(route.request().url()).searchParams;
    const from = Number(query.get("cursor") ?? 0);
    const to = Math.min(total, from + Number(query.get("limit")));
    const items = Array.from({ length: to - from }, (_, i) => file(from + i));
    return route.fulfill({ json: { items, next_cursor: to < total ? String(to) : null } });
  });
  await page.goto("/");
  await expect(row(page, "Entry 0")).toBeVisible();
  const scroller = page.getByTestId("file-scroller");
  await expect
    .poll(
      async () => {
        await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
        return row(page, `Entry ${total - 1}`).isVisible();
      },
      { intervals: [50], timeout: 20_000 },
    )
    .toBe(true);
  expect(await page.getByRole("row").count()).toBeLessThan(60);
});
