import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { launchOptions } from "../../playwright.config";
import { put } from "../files";
import type { Matcher } from "../proxy";
import { choose, expect, names, row, test } from "./fixtures";

// Several tabs of one browser over HTTP/1.1, with six connections for all of them.

const stream: Matcher = ({ path }) => path === "/api/v1/events";

async function openTabs(context: BrowserContext, url: string, count: number): Promise<Page[]> {
  const tabs: Page[] = [];
  for (let i = 0; i < count; i++) {
    const tab = await context.newPage();
    await tab.goto(url);
    await expect(names(tab)).toHaveText(["First.txt"]);
    tabs.push(tab);
  }
  return tabs;
}

test("seven tabs share one event stream", async ({ context, server, faultProxy }) => {
  await put(server, "First.txt", "1");
  const tabs = await openTabs(context, faultProxy.url, 7);
  const [one] = tabs;
  if (!one) throw new Error("no tab");
  await choose(one, { name: "Shared.txt", mimeType: "text/plain", buffer: Buffer.from("all") });
  for (const tab of tabs) await expect(row(tab, "Shared.txt")).toBeVisible();
  expect(faultProxy.pending(stream)).toBe(1);
  expect(faultProxy.requests.filter(stream)).toHaveLength(1);

  // The other tabs still get all events after one is closed.
  await one.close();
  await put(server, "Later.txt", "2");
  for (const tab of tabs.slice(1)) await expect(row(tab, "Later.txt")).toBeVisible();
});

test("a broken stream reconnects for all tabs", async ({ context, server, faultProxy }) => {
  await put(server, "First.txt", "1");
  const tabs = await openTabs(context, faultProxy.url, 3);
  await expect.poll(() => faultProxy.pending(stream)).toBe(1);
  faultProxy.close();
  for (const tab of tabs) await expect(tab.getByText("The server can't be reached")).toBeVisible();
  await put(server, "Missed.txt", "2");
  await faultProxy.reopen();
  for (const tab of tabs) await expect(row(tab, "Missed.txt")).toBeVisible();
  for (const tab of tabs) await expect(tab.getByText("The server can't be reached")).toBeHidden();
  expect(faultProxy.pending(stream)).toBe(1);
});

/** Makes the page of a tab hidden until `show` is called. */
async function inBackground(page: Page) {
  await page.addInitScript(() => {
    let hidden = true;
    Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
    Object.assign(window, {
      show: () => {
        hidden = false;
        document.dispatchEvent(new Event("visibilitychange"));
      },
    });
  });
}
const show = (page: Page) => page.evaluate("show()");

test("tabs opened in the background have no stream until one becomes visible", async ({
  context,
  server,
  faultProxy,
}) => {
  await put(server, "First.txt", "1");
  const tabs: Page[] = [];
  for (let i = 0; i < 7; i++) {
    const tab = await context.newPage();
    await inBackground(tab);
    await tab.goto(faultProxy.url);
    await expect(names(tab)).toHaveText(["First.txt"]);
    tabs.push(tab);
  }
  expect(faultProxy.requests.filter(stream)).toHaveLength(0);
  await put(server, "Meanwhile.txt", "2");
  const last = tabs.at(-1);
  if (!last) throw new Error("no tab");
  await show(last);
  await expect(row(last, "Meanwhile.txt")).toBeVisible();
  expect(faultProxy.requests.filter(stream)).toHaveLength(1);
});

test.describe("where the browser has no shared workers", () => {
  test("a visible tab has its own stream, a hidden tab none", async ({ context, server, faultProxy }) => {
    await context.addInitScript("delete window.SharedWorker");
    await put(server, "First.txt", "1");
    const hidden = await context.newPage();
    await inBackground(hidden);
    await hidden.goto(faultProxy.url);
    await expect(names(hidden)).toHaveText(["First.txt"]);
    const [visible] = await openTabs(context, faultProxy.url, 1);
    if (!visible) throw new Error("no tab");
    await put(server, "Second.txt", "2");
    await expect(row(visible, "Second.txt")).toBeVisible();
    expect(faultProxy.requests.filter(stream)).toHaveLength(1);
    await show(hidden);
    await expect(row(hidden, "Second.txt")).toBeVisible();
  });

  test("tabs work without a worker whose script is lost", async ({ page, server }) => {
    await page.addInitScript(() => {
      // Requests of shared workers can't be intercepted, so the test requests a script that does not exist.
      const Real = window.SharedWorker;
      window.SharedWorker = class extends Real {
        constructor(_url: string | URL, options?: string | WorkerOptions) {
          super("/assets/gone.js", options);
        }
      };
    });
    await put(server, "First.txt", "1");
    await page.goto("/");
    await expect(names(page)).toHaveText(["First.txt"]);
    await put(server, "Second.txt", "2");
    await expect(row(page, "Second.txt")).toBeVisible();
  });
});

test.describe("over plain HTTP from another machine", () => {
  test.use({ settings: { PAWL_PUBLIC_URL: "http://pawl.test" } });

  test("tabs share one event stream too", async ({ server, faultProxy }) => {
    const args = [...launchOptions.args, "--host-resolver-rules=MAP pawl.test 127.0.0.1"];
    const browser = await chromium.launch({ ...launchOptions, args });
    try {
      await put(server, "First.txt", "1");
      const context = await browser.newContext();
      const tabs = await openTabs(context, faultProxy.url.replace("127.0.0.1", "pawl.test"), 7);
      expect(await tabs[0]?.evaluate("isSecureContext")).toBe(false);
      await put(server, "Second.txt", "2");
      for (const tab of tabs) await expect(row(tab, "Second.txt")).toBeVisible();
      expect(faultProxy.pending(stream)).toBe(1);
    } finally {
      await browser.close();
    }
  });
});
