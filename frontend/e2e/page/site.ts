import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { test as base, expect } from "../clients/fixtures";
import { Server } from "../server";

interface Site {
  /** The origin of the other site. */
  site: string;
  /** An empty page of it. */
  blank: Page;
}

/** Tests of pages of another site, which may use the server. */
export const test = base.extend<Site>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner wants the pattern
  site: async ({}, use) => {
    const site = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html").end("<!doctype html><link rel=icon href=data:,>");
    });
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    await use(`http://127.0.0.1:${(site.address() as AddressInfo).port}`);
    site.closeAllConnections();
    site.close();
  },
  server: async ({ settings, site }, use) => {
    const server = await Server.start({ PAWL_CORS_ORIGINS: site, ...settings });
    await use(server);
    await server.stop();
  },
  blank: async ({ page, site }, use) => {
    await page.goto(site);
    await use(page);
  },
});

export { expect };
