import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { FaultProxy } from "../proxy";
import { Server } from "../server";

interface Fixtures {
  /** The server's PAWL_* settings; set with test.use. */
  settings: Record<string, string>;
  server: Server;
  /** The proxy in front of the server, which `page` and `baseURL` use. */
  faultProxy: FaultProxy;
  watched: (page: Page) => void;
}

/** Tests of the page, each with its own server. Errors in the console make a test fail. */
export const test = base.extend<Fixtures & { watch: undefined }>({
  settings: [{}, { option: true }],
  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.stop();
  },
  faultProxy: async ({ server }, use) => {
    const faultProxy = await FaultProxy.start(server.url);
    await use(faultProxy);
    faultProxy.close();
  },
  baseURL: async ({ faultProxy }, use) => use(faultProxy.url),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the pattern
  watched: async ({}, use) => {
    const problems: string[] = [];
    await use((page) => {
      page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
      page.on("console", (message) => {
        // Failed requests are logged too; other tests check how the page handles them.
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

/** The names in the list from top to bottom. */
export function names(page: Page): Locator {
  return page.getByRole("grid", { name: "Files" }).getByRole("link");
}

/** Selects files with the upload button. */
export async function choose(page: Page, files: Parameters<Locator["setInputFiles"]>[0]) {
  await page.getByTestId("choose-files").first().setInputFiles(files);
}

/** Drops files from disk on the page, as a drag from a file manager does. */
export async function drop(page: Page, paths: string[]) {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  const drag = (type: "dragEnter" | "dragOver" | "drop") =>
    session.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
  await drag("dragEnter");
  await drag("dragOver");
  await expect(page.getByText("Drop to upload")).toBeVisible();
  await drag("drop");
  await expect(page.getByText("Drop to upload")).toBeHidden();
  await session.detach();
}
