import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { test as base, expect } from "../clients/fixtures";
import { hasBody } from "../faults";
import { MiB } from "../files";
import { FaultProxy } from "../proxy";
import { type Expected, expectStoredOnce, type Scenario, scenarios } from "../scenarios";
import { Server } from "../server";

interface Site {
  /** The origin of the other site. */
  site: string;
  /** An empty page of that site. */
  blank: Page;
}

/** Tests of pages of another site, whose origin the server allows. */
export const test = base.extend<Site>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the pattern
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

/** A file that a page has uploaded. */
export interface Sent {
  url: string;
  sha256: string;
  /** The requests with a body that the client has sent, in order. */
  requests: { path: string; offset: number }[];
}

/** A variant of an upload, by the requests that it makes. */
export interface Variant extends Expected {
  /** The number of requests with a body before the one that the fault is injected into. */
  skip?: number;
}

export interface Sending {
  endpoint: string;
  name: string;
  size: number;
}

/** Uploads a file from a page with each fault: it must be stored once and unchanged. */
export async function survivesAll<S extends Sent>(
  server: Server,
  variant: Variant,
  send: (sending: Sending) => Promise<S>,
): Promise<S[]> {
  const each = Object.entries(scenarios).map(([title, scenario]) =>
    test.step(title, () => survives(server, variant, scenario, title, send)),
  );
  return Promise.all(each);
}

async function survives<S extends Sent>(
  server: Server,
  variant: Variant,
  scenario: Scenario,
  name: string,
  send: (sending: Sending) => Promise<S>,
): Promise<S> {
  const proxy = await FaultProxy.start(server.url);
  const met = proxy.inject(scenario.fault, scenario.when, scenario.when === hasBody ? variant.skip : 0);
  const sent = await send({ endpoint: proxy.endpoint, name, size: 2 * MiB + 17 });
  expect(proxy.pendingFaults).toBe(0);
  const hit = await met;
  proxy.close();

  // Not the requests that the proxy has seen: Chromium repeats a request whose connection ends without a response.
  const offsets = sent.requests.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const later = offsets.slice(offsets.indexOf(hit.offset) + 1);
  const stored = hit.offset + scenario.stored(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...later), "where it resumes").toBe(stored);
  const file = { name, id: sent.url.split("/").at(-1) ?? "", sha256: sent.sha256 };
  await expectStoredOnce(server, proxy.requests, hit, scenario, file, variant);
  return sent;
}

export { expect };
