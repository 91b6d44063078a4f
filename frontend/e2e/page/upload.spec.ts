import { downloadedHash, list, MiB, png, random, sha256, withFiles } from "../files";
import { choose, drop, expect, names, row, test, transfer } from "./fixtures";

test("a selected file is uploaded unchanged and appears in the list", async ({ page, server }) => {
  const data = random(3 * MiB);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No files yet" })).toBeVisible();
  await choose(page, { name: "Core sample.bin", mimeType: "application/octet-stream", buffer: data });
  await expect(transfer(page, "Core sample.bin")).toContainText("Uploaded");
  await expect(row(page, "Core sample.bin")).toContainText("3.00 MiB");
  const [file] = await list(server);
  expect(file?.sha256).toBe(sha256(data));
  expect(await downloadedHash(server, file?.id ?? "")).toBe(sha256(data));
});

test("the page downloads what was uploaded", async ({ page }) => {
  const data = random(200_000);
  await page.goto("/");
  await choose(page, { name: "Back again.bin", mimeType: "", buffer: data });
  await expect(row(page, "Back again.bin")).toBeVisible();
  const saved = page.waitForEvent("download");
  await row(page, "Back again.bin").getByRole("button", { name: "Download" }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("Back again.bin");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(sha256(Buffer.concat(chunks))).toBe(sha256(data));
});

test("a file can be dropped on any view", async ({ page, server }) => {
  const data = random(MiB);
  await withFiles({ "Dropped.bin": data }, async (paths) => {
    await page.goto("/statistics");
    await drop(page, paths);
    await expect(transfer(page, "Dropped.bin")).toContainText("Uploaded");
  });
  const [file] = await list(server);
  expect(file?.metadata).toEqual({});
  expect(await downloadedHash(server, file?.id ?? "")).toBe(sha256(data));
});

test("a folder keeps its paths", async ({ page, server }) => {
  await withFiles({ "one.txt": Buffer.from("1"), "two.txt": Buffer.from("2") }, async (_, folder) => {
    await page.goto("/");
    await page.getByTestId("choose-folder").first().setInputFiles(folder);
    await expect(names(page)).toHaveCount(2);
    const base = folder.split("/").at(-1);
    const paths = (await list(server)).map((file) => file.metadata.relativePath).sort();
    expect(paths).toEqual([`${base}/one.txt`, `${base}/two.txt`]);
  });
});

test("a picture can be pasted", async ({ page, server }) => {
  await page.goto("/");
  await page.evaluate((base64) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], "image.png", { type: "image/png" }));
    window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  }, png.toString("base64"));
  await expect(transfer(page, "Pasted image")).toContainText("Uploaded");
  const [file] = await list(server);
  expect(file?.name).toMatch(/^Pasted image \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/);
});

test("uploading the same file again makes a second one", async ({ page }) => {
  const file = { name: "Twice.txt", mimeType: "text/plain", buffer: Buffer.from("twice") };
  await page.goto("/");
  await choose(page, file);
  await expect(transfer(page, "Twice.txt")).toContainText("Uploaded");
  await page.getByRole("button", { name: "Clear finished uploads" }).click();
  await choose(page, file);
  await expect(transfer(page, "Twice.txt")).toContainText("Uploaded");
  await expect(names(page)).toHaveText(["Twice.txt", "Twice.txt"]);
});

test("an empty file is uploaded", async ({ page, server }) => {
  await page.goto("/");
  await choose(page, { name: "empty.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await expect(transfer(page, "empty.txt")).toContainText("Uploaded");
  expect((await list(server))[0]?.size).toBe(0);
});

test.describe("a server with rules", () => {
  test.use({
    settings: { PAWL_ALLOW_TYPES: "image/*", PAWL_REFUSE_MISMATCH: "true", PAWL_MAX_SIZE: "2MiB" },
  });

  test("says before sending why a file is refused", async ({ page }) => {
    const sent: string[] = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
    await page.goto("/uploads");
    await expect(page.getByRole("main").getByText("Images up to 2 MiB")).toBeVisible();
    await page.goto("/");
    await expect(page.getByRole("main").getByText("Images up to 2 MiB")).toBeVisible();
    await choose(page, [
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("text") },
      { name: "huge.png", mimeType: "image/png", buffer: Buffer.concat([png, random(2 * MiB)]) },
    ]);
    await expect(transfer(page, "notes.txt")).toContainText("Refused: only images are allowed");
    await expect(transfer(page, "huge.png")).toContainText("is over the limit of 2 MiB");
    expect(sent).toEqual([]);
  });

  test("shows the server's own reason", async ({ page, server }) => {
    await page.goto("/");
    await choose(page, {
      name: "disguised.png",
      mimeType: "image/png",
      buffer: Buffer.from("plain text, no image"),
    });
    const refused = transfer(page, "disguised.png");
    await expect(refused).toHaveAttribute("data-status", "refused");
    await expect(refused).toContainText(/Refused: .*(image|text)/);
    // The server's answer would be the same again.
    await expect(refused.getByRole("button", { name: "Retry disguised.png" })).toBeHidden();
    expect(await list(server)).toEqual([]);
    // A good file after a refused one must not send the refused one again.
    await choose(page, { name: "real.png", mimeType: "image/png", buffer: png });
    await expect(transfer(page, "real.png")).toContainText("Uploaded");
    await expect(refused).toHaveAttribute("data-status", "refused");
  });
});
