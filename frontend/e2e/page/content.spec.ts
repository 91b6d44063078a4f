import { put } from "../files";
import { test as base, expect } from "./fixtures";

/** A script that shows whether it runs in a page or a worker. */
const script = `#!/usr/bin/env node
if (globalThis.document) document.title = "taken over";
else globalThis.postMessage?.("taken over");
`;

/** The browser logs an error for each refusal, which these tests expect. */
const test = base.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires the pattern
  watched: async ({}, use) => use(() => {}),
});

test("an upload cannot become a script, a worker or a style of the page", async ({ page, server }) => {
  const id = await put(server, "evil.js", script, "text/javascript");
  const css = await put(server, "evil.css", "body { display: none }", "text/css");
  await page.goto("/");
  const outcome = await page.evaluate(
    async ([script, style]) => {
      const load = (element: HTMLElement) =>
        new Promise<string>((resolve) => {
          element.onload = () => resolve("loaded");
          element.onerror = () => resolve("refused");
          document.head.append(element);
        });
      const work = (url: string) =>
        new Promise<string>((resolve) => {
          const worker = new Worker(url);
          worker.onerror = () => resolve("refused");
          worker.onmessage = () => resolve("loaded");
        });
      const register = (url: string) =>
        navigator.serviceWorker.register(url).then(
          () => "loaded",
          () => "refused",
        );
      const all: Record<string, string> = {};
      for (const url of [`/files/${script}`, `/api/v1/files/${script}/content`]) {
        all[`script ${url}`] = await load(Object.assign(document.createElement("script"), { src: url }));
        all[`module ${url}`] = await import(url).then(
          () => "loaded",
          () => "refused",
        );
        all[`worker ${url}`] = await work(url);
        all[`service worker ${url}`] = await register(url);
      }
      const link = { rel: "stylesheet", href: `/files/${style}` };
      all.style = await load(Object.assign(document.createElement("link"), link));
      return all;
    },
    [id, css] as const,
  );
  expect(new Set(Object.values(outcome)), JSON.stringify(outcome)).toEqual(new Set(["refused"]));
  expect(await page.title()).not.toBe("taken over");

  // The file can still be loaded as data.
  const text = await page.evaluate(async (id) => (await fetch(`/files/${id}`)).text(), id);
  expect(text).toBe(script);
});
