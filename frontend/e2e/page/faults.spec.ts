import type { Page } from "@playwright/test";
import { cut, hasBody } from "../faults";
import { list, MiB, random, sha256, withFiles } from "../files";
import type { FaultProxy, Request } from "../proxy";
import { expectStoredOnce, type Scenario, scenarios } from "../scenarios";
import type { Server } from "../server";
import { choose, drop, expect, test, transfer } from "./fixtures";
import { waitUntilStored } from "./memory";

// Uploads of the page with each fault.

const ofAnUpload = (request: Request) => request.path.startsWith("/files/");

/** Returns the list of the PATCH requests of the page, without those that Chromium repeats itself. */
function sending(page: Page): { path: string; offset: number }[] {
  const seen: { path: string; offset: number }[] = [];
  page.on("request", (request) => {
    const offset = request.headers()["upload-offset"];
    if (request.method() === "PATCH")
      seen.push({ path: new URL(request.url()).pathname, offset: Number(offset) });
  });
  return seen;
}

async function survives(
  page: Page,
  server: Server,
  faultProxy: FaultProxy,
  scenario: Scenario,
  name: string,
) {
  const data = random(2 * MiB + 17);
  const before = faultProxy.requests.length;
  const sent = sending(page);
  const met = faultProxy.inject(scenario.fault, (request) => ofAnUpload(request) && scenario.when(request));
  await choose(page, { name, mimeType: "application/octet-stream", buffer: data });
  await expect(transfer(page, name)).toContainText("Uploaded");
  const hit = await met;

  const offsets = sent.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const later = offsets.slice(offsets.indexOf(hit.offset) + 1);
  const stored = hit.offset + scenario.stored(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...later), "where it resumes").toBe(stored);
  const id = (await list(server)).find((file) => file.name === name)?.id ?? "";
  const requests = faultProxy.requests.slice(before).filter(ofAnUpload);
  await expectStoredOnce(server, requests, hit, scenario, { name, id, sha256: sha256(data) }, {});
}

const all = Object.entries(scenarios);
const half = Math.ceil(all.length / 2);
for (const [part, some] of [all.slice(0, half), all.slice(half)].entries()) {
  test(`an upload succeeds with each fault (${part + 1} of 2)`, async ({ page, server, faultProxy }) => {
    await page.goto("/");
    for (const [title, scenario] of some) {
      await test.step(title, () => survives(page, server, faultProxy, scenario, title));
    }
  });
}

test("a dropped file resumes after a lost connection and a reload", async ({ page, server, faultProxy }) => {
  const data = random(8 * MiB);
  const sent = sending(page);
  void faultProxy.inject(cut(2 * MiB), hasBody);
  const reloaded = faultProxy.inject(
    async (exchange) => {
      await exchange.send(3 * MiB);
      await exchange.stored(3 * MiB);
      // The page stores the upload with a delay.
      await waitUntilStored(page, 1);
      await page.reload();
      exchange.disconnectClient();
    },
    (request) => request.offset > 0,
  );
  await withFiles({ "Reloaded.bin": data }, async (paths) => {
    await page.goto("/");
    await drop(page, paths);
    await reloaded;
    await expect(transfer(page, "Reloaded.bin")).toContainText("Uploaded");
  });
  expect(sent.map(({ offset }) => offset)).toEqual([0, 2 * MiB, 5 * MiB]);
  expect(await list(server)).toMatchObject([{ name: "Reloaded.bin", sha256: sha256(data) }]);
});
