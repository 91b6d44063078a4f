import type { Page } from "@playwright/test";
import { begin, png, put } from "../files";
import { putWith } from "../many";
import { choose, expect, names, row, test } from "./fixtures";

const panel = (page: Page) => page.getByRole("complementary", { name: "Preview" });
const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

async function open(page: Page, name: string) {
  await page.getByRole("link", { name, exact: true }).click();
  await expect(panel(page).getByRole("heading", { name, exact: true })).toBeVisible();
}

/** Changes the type of all files in the list, to test how a type is displayed and not how it is detected. */
async function showAs(page: Page, type: string) {
  await page.route("**/api/v1/files?*", async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { items: { media_type: string }[] };
    for (const file of list.items) file.media_type = type;
    await route.fulfill({ response, json: list });
  });
}

test("a Word document is called so, and no bytes of it are shown", async ({ page, server }) => {
  await put(server, "letter.docx", "PK\x03\x04 bytes of an archive");
  await showAs(page, word);
  await page.goto("/");
  await expect(row(page, "letter.docx")).toContainText("Word document");
  await open(page, "letter.docx");
  await expect(panel(page).getByText("No preview for Word documents")).toBeVisible();
  await expect(panel(page)).not.toContainText("bytes of an archive");
});

test("an empty file says that it is empty, whatever its type", async ({ page, server }) => {
  await put(server, "nothing.bin", "");
  await put(server, "nothing.txt", "", "text/plain");
  await page.goto("/");
  for (const name of ["nothing.bin", "nothing.txt"]) {
    await open(page, name);
    await expect(panel(page).getByText("This file is empty")).toBeVisible();
  }
});

test("chips are groups of types", async ({ page, server }) => {
  await put(server, "paper.pdf", "%PDF-1.4\n%%EOF\n", "application/pdf");
  await put(server, "notes.txt", "some notes", "text/plain");
  const zip = Buffer.from("504b0506000000000000000000000000000000000000", "hex");
  await put(server, "old.zip", zip, "application/zip");
  await page.goto("/");
  await page.getByRole("button", { name: "Documents" }).click();
  await expect(names(page)).toHaveText(["notes.txt", "paper.pdf"]);
  await expect(page.getByTestId("totals")).toContainText("2 documents");
  await page.getByRole("button", { name: "Archives" }).click();
  await expect(names(page)).toHaveText(["old.zip"]);
});

test("a preview does not count as a download", async ({ page, server }) => {
  const ids = [
    await put(server, "Alpha.png", png, "image/png"),
    await put(server, "beta.txt", "text", "text/plain"),
  ];
  await page.goto("/?view=grid");
  const tile = page.getByTestId("file-scroller").locator("img");
  await expect.poll(() => tile.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(2);
  await open(page, "beta.txt");
  await expect(panel(page).getByLabel("Text of beta.txt")).toContainText("text");
  await open(page, "Alpha.png");
  await expect(panel(page).getByRole("img", { name: "Alpha.png" })).toBeVisible();
  // The server counts with a delay: once this download is counted, earlier ones would be too.
  await fetch(`${server.url}/api/v1/files/${ids[0]}/content?download=1`);
  const downloads = async (id: string | undefined) =>
    ((await (await fetch(`${server.url}/api/v1/files/${id}`)).json()) as { downloads: number }).downloads;
  await expect.poll(() => downloads(ids[0])).toBe(1);
  expect(await downloads(ids[1])).toBe(0);
});

test("the grid does not load large images", async ({ page, server }) => {
  await put(server, "small.png", png, "image/png");
  await put(server, "large.png", Buffer.concat([png, Buffer.alloc(2 * 1024 * 1024)]), "image/png");
  await page.goto("/?view=grid");
  await expect(names(page)).toHaveCount(2);
  await expect(page.getByTestId("file-scroller").locator("img")).toHaveCount(1);
});

test("names are displayed without direction overrides", async ({ page, server }) => {
  await putWith(server, { filename: "holiday\u202egnp.exe" });
  await page.goto("/");
  await expect(names(page)).toHaveText(["holidaygnp.exe"]);
  await expect(page.getByRole("row", { name: "holidaygnp.exe", exact: true })).toBeVisible();
  await open(page, "holidaygnp.exe");

  await begin(server, "invoice\u202efdp.exe", Buffer.alloc(10));
  await page.goto("/uploads");
  await expect(page.getByTestId("elsewhere")).toContainText("invoicefdp.exe");
  await choose(page, { name: "report\u202efdp.exe", mimeType: "", buffer: Buffer.alloc(10) });
  await expect(page.getByTestId("transfer")).toContainText("reportfdp.exe");
});

test("the middle of a long name is cut", async ({ page, server }) => {
  const name = `${"a long story ".repeat(20)}with an end.docx`;
  await put(server, name, "x");
  await page.goto("/");
  const link = page.getByRole("link", { name, exact: true });
  const ending = link.locator("span").last();
  await expect(ending).toHaveText("an end.docx");
  const [inner, outer] = [await ending.boundingBox(), await link.boundingBox()];
  expect((inner?.x ?? 0) + (inner?.width ?? 0)).toBeLessThanOrEqual(
    (outer?.x ?? 0) + (outer?.width ?? 0) + 1,
  );
  expect(
    await link
      .locator("span")
      .first()
      .evaluate((head) => head.scrollWidth > head.clientWidth),
  ).toBe(true);
});

test("files of the same name show their folders", async ({ page, server }) => {
  await putWith(server, { filename: "f1.txt", relativePath: "site/one/f1.txt" });
  await putWith(server, { filename: "f1.txt", relativePath: "site/two/f1.txt" });
  await page.goto("/");
  await expect(page.getByTestId("folder")).toHaveText(["site/two", "site/one"]);
  await page.keyboard.press("/");
  await page.keyboard.type("one site");
  await expect(page.getByTestId("folder")).toHaveText(["site/one"]);
});

test("a name that the server refuses is reset, with the reason", async ({ page, server }) => {
  await put(server, "plan.txt", "x");
  await page.goto("/");
  await row(page, "plan.txt").getByRole("button", { name: "Rename" }).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText("n".repeat(1100));
  await page.keyboard.press("Enter");
  await expect(page.getByText(/“plan.txt” was not renamed\. .*1,?024/)).toBeVisible();
  await expect(row(page, "plan.txt")).toBeVisible();
});

test("texts are decoded with their encoding, without partial characters", async ({ page, server }) => {
  await put(server, "old.txt", Buffer.from("Gr\xfc\xdfe aus K\xf6ln", "latin1"), "text/plain");
  const long = `${"x".repeat(256 * 1024 - 1)}€ and more`;
  await put(server, "cut.txt", long, "text/plain");
  await page.goto("/");
  await open(page, "old.txt");
  await expect(panel(page).getByText("Grüße aus Köln")).toBeVisible();
  await open(page, "cut.txt");
  await expect(panel(page).getByText("Only the first 256 KiB are shown.")).toBeVisible();
  await expect(panel(page)).not.toContainText("\ufffd");
});

test("the width of the preview is stored, and its lost script does not affect the list", async ({
  page,
  server,
}) => {
  await put(server, "notes.txt", "some notes", "text/plain");
  await page.goto("/");
  await open(page, "notes.txt");
  const width = async () => Math.round((await panel(page).boundingBox())?.width ?? 0);
  const before = await width();
  await panel(page).getByRole("separator", { name: "Width of the preview" }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(width).toBe(before + 40);
  await page.reload();
  await expect.poll(width).toBe(before + 40);

  await page.route("**/assets/PreviewPanel*", (route) => route.abort());
  await page.reload();
  await expect(panel(page).getByRole("heading", { name: "This view is not loaded yet" })).toBeVisible();
  await expect(row(page, "notes.txt")).toBeVisible();
  await panel(page).getByRole("button", { name: "Close preview" }).click();
  await expect(panel(page)).toBeHidden();
});
