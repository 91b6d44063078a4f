import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { test as base, expect } from "../clients/fixtures";
import { carries } from "../faults";
import { MiB } from "../files";
import { arrivedOnce, type Expected, type Misfortune, misfortunes } from "../misfortunes";
import { Road } from "../road";
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

/** A file that a page has sent. */
export interface Sent {
  url: string;
  sha256: string;
  /** What the client has sent with bytes, in this order. */
  requests: { path: string; offset: number }[];
}

/** A way of sending, in what the road can tell of it. */
export interface Way extends Expected {
  /** How many requests with bytes pass before the misfortune. */
  skip?: number;
}

export interface Sending {
  endpoint: string;
  name: string;
  size: number;
}

/** Has a page send a file with everything on its way that can happen, each once: it must arrive once and whole. */
export async function survivesAll<S extends Sent>(
  server: Server,
  way: Way,
  send: (sending: Sending) => Promise<S>,
): Promise<S[]> {
  const each = Object.entries(misfortunes).map(([what, misfortune]) =>
    test.step(what, () => survives(server, way, misfortune, what, send)),
  );
  return Promise.all(each);
}

async function survives<S extends Sent>(
  server: Server,
  way: Way,
  misfortune: Misfortune,
  name: string,
  send: (sending: Sending) => Promise<S>,
): Promise<S> {
  const road = await Road.open(server.url);
  const met = road.meet(misfortune.fault, misfortune.when, misfortune.when === carries ? way.skip : 0);
  const sent = await send({ endpoint: road.endpoint, name, size: 2 * MiB + 17 });
  expect(road.unmet).toBe(0);
  const hit = await met;
  road.close();

  // Not as the road saw them: Chromium repeats a request by itself if its connection ends without an answer.
  const offsets = sent.requests.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const later = offsets.slice(offsets.indexOf(hit.offset) + 1);
  const stored = hit.offset + misfortune.kept(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...later), "where it goes on").toBe(stored);
  const file = { name, id: sent.url.split("/").at(-1) ?? "", sha256: sent.sha256 };
  await arrivedOnce(server, road.requests, hit, misfortune, file, way);
  return sent;
}

export { expect };
