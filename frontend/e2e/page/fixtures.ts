import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { Road } from "../road";
import { Server } from "../server";

interface Fixtures {
  /** The server's PAWL_* settings; set with test.use. */
  settings: Record<string, string>;
  server: Server;
  /** The way to the server that `page` and `baseURL` take. */
  road: Road;
  watched: (page: Page) => void;
}

/** Tests of the page: a server of their own, and no error may show up in the console. */
export const test = base.extend<Fixtures & { watch: undefined }>({
  settings: [{}, { option: true }],
  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.stop();
  },
  road: async ({ server }, use) => {
    const road = await Road.open(server.url);
    await use(road);
    road.close();
  },
  baseURL: async ({ road }, use) => use(road.url),
  // biome-ignore lint/correctness/noEmptyPattern: the runner wants the pattern
  watched: async ({}, use) => {
    const problems: string[] = [];
    await use((page) => {
      page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
      page.on("console", (message) => {
        // A failed request shows here too; what the page makes of it is tested by itself.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
          problems.push(`console: ${message.text()}`);
        }
      });
      page.on("request", (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (protocol.startsWith("http") && hostname !== "127.0.0.1")
          problems.push(`request to ${request.url()}`);
      });
    });
    expect(problems).toEqual([]);
  },
  watch: [
    async ({ page, watched }, use) => {
      watched(page);
      await use(undefined);
    },
    { auto: true },
  ],
});

export { expect };

export function row(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });
}

export function transfer(page: Page, name: string): Locator {
  return page.getByRole("region", { name: "Upload tray" }).getByTestId("transfer").filter({ hasText: name });
}

/** The names in the list, from top to bottom. */
export function names(page: Page): Locator {
  return page.getByRole("grid", { name: "Files" }).getByRole("link");
}

/** Chooses files with the page's button. */
export async function choose(page: Page, files: Parameters<Locator["setInputFiles"]>[0]) {
  await page.getByTestId("choose-files").first().setInputFiles(files);
}

/** Drops a file onto the middle of the window, as a drag from outside does. */
export async function drop(page: Page, name: string, type: string, data: Uint8Array) {
  const transferred = await page.evaluateHandle(
    ({ name, type, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type, lastModified: 1_700_000_000_000 }));
      return transfer;
    },
    { name, type, base64: Buffer.from(data).toString("base64") },
  );
  await page.dispatchEvent("main", "dragenter", { dataTransfer: transferred });
  await expect(page.getByText("Drop to upload")).toBeVisible();
  await page.dispatchEvent("main", "drop", { dataTransfer: transferred });
  await expect(page.getByText("Drop to upload")).toBeHidden();
}
