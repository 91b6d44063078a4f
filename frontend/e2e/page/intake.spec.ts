import { appendFile, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import { choose, expect, test, transfer } from "./fixtures";

/** The content of a folder: text for a file, null for one that cannot be read, a tree for a folder. */
interface Tree {
  [name: string]: string | null | Tree;
}

/** Drops a folder with the entries that a browser would provide, because scripts cannot create real ones. */
async function dropFolder(page: Page, name: string, tree: Tree) {
  await page.evaluate(
    ({ name, tree }) => {
      const fails = (_: unknown, failed: (error: Error) => void) => failed(new Error("NotReadableError"));
      const entry = (path: string, holds: Tree[string]): object => {
        const common = { name: path.split("/").at(-1), fullPath: path };
        if (holds === null) return { ...common, isDirectory: false, file: fails };
        if (typeof holds === "string") {
          const file = new File([holds], common.name ?? "", { lastModified: 1 });
          return { ...common, isDirectory: false, file: (done: (file: File) => void) => done(file) };
        }
        if ("locked" in holds)
          return { ...common, isDirectory: true, createReader: () => ({ readEntries: fails }) };
        const entries = Object.entries(holds).map(([child, more]) => entry(`${path}/${child}`, more));
        const readEntries = (done: (portion: object[]) => void) => done(entries.splice(0, 2));
        return { ...common, isDirectory: true, createReader: () => ({ readEntries }) };
      };
      const items = [
        { kind: "file", webkitGetAsEntry: () => entry(`/${name}`, tree), getAsFile: () => null },
      ];
      const event = new Event("drop", { bubbles: true, cancelable: true });
      Object.defineProperty(event, "dataTransfer", { value: { types: ["Files"], items } });
      document.querySelector("main")?.dispatchEvent(event);
    },
    { name, tree },
  );
}

const paths = async (server: Parameters<typeof list>[0]) =>
  (await list(server)).map((file) => file.metadata.relativePath).sort();

test("a dropped folder is uploaded without system files", async ({ page, server }) => {
  await page.goto("/");
  await dropFolder(page, "site", {
    ".env": "e",
    ".git": { config: "c" },
    ".htaccess": "h",
    ".DS_Store": "of the system",
    "._index.html": "of the system",
    "desktop.ini": "of the system",
    "index.html": "i",
    sub: { ".gitignore": "g", "Thumbs.db": "of the system" },
  });
  const wanted = [".env", ".git/config", ".htaccess", "index.html", "sub/.gitignore"];
  await expect.poll(async () => (await list(server)).length).toBe(wanted.length);
  expect(await paths(server)).toEqual(wanted.map((name) => `site/${name}`));
});

test("a selected folder is uploaded without system files", async ({ page, server }) => {
  const files = { "a.txt": Buffer.from("a"), ".env": Buffer.from("e"), ".DS_Store": Buffer.from("d") };
  await withFiles(files, async (_, folder) => {
    await page.goto("/");
    await page.getByTestId("choose-folder").first().setInputFiles(folder);
    await expect.poll(async () => (await list(server)).length).toBe(2);
    const base = folder.split("/").at(-1);
    expect(await paths(server)).toEqual([`${base}/.env`, `${base}/a.txt`]);
  });
});

test("unreadable files and folders are listed", async ({ page, server }) => {
  await page.goto("/");
  await dropFolder(page, "site", { "good.txt": "good", "secret.txt": null, private: { locked: null } });
  await expect(transfer(page, "good.txt")).toContainText("Uploaded");
  await expect(transfer(page, "secret.txt")).toContainText("Could not be read");
  await expect(transfer(page, "private")).toContainText("Could not be read");
  expect(await list(server)).toHaveLength(1);
});

test("a file that changes during its upload fails, and others are uploaded", async ({
  page,
  server,
  faultProxy,
}) => {
  await withFiles({ "Growing.bin": random(48 * MiB) }, async ([path = ""]) => {
    await page.goto("/");
    faultProxy.holdAfter(4 * MiB);
    await choose(page, path);
    await expect.poll(async () => (await uploadsOf(server))[0]?.offset ?? 0).toBeGreaterThan(0);
    await appendFile(path, "more");
    faultProxy.disconnect();
    faultProxy.release();
    const line = transfer(page, "Growing.bin");
    await expect(line).toContainText("This file can't be read or has changed. Select it again");
    await expect(line.getByRole("button", { name: "Retry" })).toBeHidden();
    await choose(page, { name: "Next.txt", mimeType: "text/plain", buffer: Buffer.from("next") });
    await expect(transfer(page, "Next.txt")).toContainText("Uploaded");
  });
});

test("files of the same name and size in different folders are different files", async ({
  page,
  server,
  faultProxy,
}) => {
  const [one, two] = [random(MiB), random(MiB)];
  await withFiles({}, async (_, folder) => {
    for (const [name, data] of [
      ["a", one],
      ["b", two],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "data.bin"), data);
      await utimes(join(folder, name, "data.bin"), 1, name === "a" ? 1 : 2);
    }
    await page.goto("/");
    faultProxy.holdAfter(100_000);
    await choose(page, join(folder, "a", "data.bin"));
    await expect(transfer(page, "data.bin")).toHaveCount(1);
    await choose(page, join(folder, "b", "data.bin"));
    await expect(transfer(page, "data.bin")).toHaveCount(2);
    await choose(page, join(folder, "b", "data.bin"));
    await expect(page.getByText("1 file is already being uploaded")).toBeVisible();
    faultProxy.release();
    await expect.poll(async () => (await list(server)).length).toBe(2);
    const hashes = await Promise.all((await list(server)).map(({ id }) => downloadedHash(server, id)));
    expect(hashes.sort()).toEqual([one, two].map(sha256).sort());
  });
});

test("a small file whose response is lost is stored once", async ({ page, server }) => {
  const data = random(1000);
  let answers = 0;
  await page.route("**/files/", async (route) => {
    await route.fetch();
    answers++;
    await route.abort("connectionreset");
    await page.unroute("**/files/");
  });
  await page.goto("/");
  await choose(page, { name: "once.bin", mimeType: "", buffer: data });
  await expect(transfer(page, "once.bin")).toContainText("Uploaded");
  expect(answers).toBe(1);
  expect(await list(server)).toMatchObject([{ name: "once.bin", sha256: sha256(data) }]);
});
