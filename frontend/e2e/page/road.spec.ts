import type { Page } from "@playwright/test";
import { carries, cut } from "../faults";
import { list, MiB, random, sha256 } from "../files";
import { arrivedOnce, type Misfortune, misfortunes } from "../misfortunes";
import type { Request, Road } from "../road";
import type { Server } from "../server";
import { choose, drop, expect, test, transfer } from "./fixtures";
import { writtenDown } from "./memory";

// Uppy, as the page has it, with everything that can happen to a request.

const ofAnUpload = (request: Request) => request.path.startsWith("/files/");

/** What the page sends with bytes; Chromium repeats requests by itself, which the page does not see. */
function sending(page: Page): { path: string; offset: number }[] {
  const seen: { path: string; offset: number }[] = [];
  page.on("request", (request) => {
    const offset = request.headers()["upload-offset"];
    if (request.method() === "PATCH")
      seen.push({ path: new URL(request.url()).pathname, offset: Number(offset) });
  });
  return seen;
}

async function survives(page: Page, server: Server, road: Road, misfortune: Misfortune, name: string) {
  const data = random(2 * MiB + 17);
  const before = road.requests.length;
  const sent = sending(page);
  const met = road.meet(misfortune.fault, (request) => ofAnUpload(request) && misfortune.when(request));
  await choose(page, { name, mimeType: "application/octet-stream", buffer: data });
  await expect(transfer(page, name)).toContainText("Uploaded");
  const hit = await met;

  const offsets = sent.filter(({ path }) => path === hit.path).map(({ offset }) => offset);
  const later = offsets.slice(offsets.indexOf(hit.offset) + 1);
  const stored = hit.offset + misfortune.kept(hit);
  if (hit.method === "PATCH") expect(Math.min(stored, ...later), "where it continues").toBe(stored);
  const id = (await list(server)).find((file) => file.name === name)?.id ?? "";
  const requests = road.requests.slice(before).filter(ofAnUpload);
  await arrivedOnce(server, requests, hit, misfortune, { name, id, sha256: sha256(data) }, {});
}

const all = Object.entries(misfortunes);
const half = Math.ceil(all.length / 2);
for (const [part, some] of [all.slice(0, half), all.slice(half)].entries()) {
  test(`an upload gets there, whatever happens on the road (${part + 1} of 2)`, async ({
    page,
    server,
    road,
  }) => {
    await page.goto("/");
    for (const [what, misfortune] of some) {
      await test.step(what, () => survives(page, server, road, misfortune, what));
    }
  });
}

test("a dropped file continues after a cut and a reload", async ({ page, server, road }) => {
  const data = random(8 * MiB);
  const sent = sending(page);
  void road.meet(cut(2 * MiB), carries);
  const reloaded = road.meet(
    async (passage) => {
      await passage.send(3 * MiB);
      await passage.stored(3 * MiB);
      // The page writes down what it is doing a moment later.
      await writtenDown(page, 1);
      await page.reload();
      passage.drop();
    },
    (request) => request.offset > 0,
  );
  await page.goto("/");
  await drop(page, "Reloaded.bin", "application/octet-stream", data);
  await reloaded;
  await expect(transfer(page, "Reloaded.bin")).toContainText("Uploaded");
  expect(sent.map(({ offset }) => offset)).toEqual([0, 2 * MiB, 5 * MiB]);
  expect(await list(server)).toMatchObject([{ name: "Reloaded.bin", sha256: sha256(data) }]);
});
