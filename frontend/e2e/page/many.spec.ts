import { expect, test } from "./fixtures";

// The cost of many files. Times depend on the machine and are printed; only a task that would freeze the page on any
// machine fails. Counts don't depend on the machine.

const amount = 1000;

declare global {
  interface Window {
    tasks: number[];
    shift: number;
    rows: number;
  }
}

for (const view of ["/uploads", "/statistics", "/"]) {
  test(`${amount} small files dropped on ${view} cost one request each`, async ({ page, server }) => {
    test.setTimeout(120_000);
    const requests = { creations: 0, others: 0 };
    page.on("request", (request) => {
      if (!new URL(request.url()).pathname.startsWith("/files/")) return;
      if (request.method() === "POST") requests.creations++;
      else requests.others++;
    });
    await page.addInitScript(() => {
      window.tasks = [];
      window.shift = 0;
      window.rows = 0;
      new PerformanceObserver((seen) => {
        for (const entry of seen.getEntries()) window.tasks.push(Math.round(entry.duration));
      }).observe({ entryTypes: ["longtask"] });
      new PerformanceObserver((seen) => {
        for (const entry of seen.getEntries()) window.shift += (entry as unknown as { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(server.url + view);
    await expect(page.getByRole("main")).toBeVisible();
    const began = Date.now();
    const firstRow = await page.evaluate(async (n) => {
      const dropped = new DataTransfer();
      for (let i = 0; i < n; i++) {
        const bytes = crypto.getRandomValues(new Uint8Array(512));
        dropped.items.add(new File([bytes], `File ${i}.bin`, { lastModified: 1_700_000_000_000 }));
      }
      window.tasks = [];
      window.shift = 0;
      const at = performance.now();
      const drop = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
      document.querySelector("main")?.dispatchEvent(drop);
      const rows = () => document.querySelectorAll('[data-testid="transfer"]').length;
      while (rows() === 0) await new Promise(requestAnimationFrame);
      const first = performance.now() - at;
      setInterval(() => {
        window.rows = Math.max(window.rows, rows());
      }, 50);
      return first;
    }, amount);
    const total = async () => {
      const stats = await fetch(`${server.url}/api/v1/stats`);
      return ((await stats.json()) as { totals: { files: number } }).totals.files;
    };
    await expect.poll(total, { timeout: 90_000, intervals: [250] }).toBe(amount);
    const seconds = (Date.now() - began) / 1000;
    const session = await page.context().newCDPSession(page);
    await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const { tasks, shift, rows } = await page.evaluate(() => ({
      tasks: window.tasks,
      shift: window.shift,
      rows: window.rows,
    }));
    console.log(
      `${view}: first row ${firstRow.toFixed(0)} ms, ${(amount / seconds).toFixed(0)} files/s, longest task ` +
        `${Math.max(0, ...tasks)} ms, layout shift ${shift.toFixed(3)}, ${(usedSize / 2 ** 20).toFixed(0)} MiB, ${rows} rows`,
    );
    expect(requests).toEqual({ creations: amount, others: 0 });
    expect(rows).toBeLessThan(60);
    expect(usedSize).toBeLessThan(150 * 2 ** 20);
    // The goal is 0.1, on a machine of its own. Beside another test the sum reaches 0.16; from 0.25 on it counts as poor.
    expect(shift).toBeLessThan(0.25);
    expect(Math.max(0, ...tasks)).toBeLessThan(1500);
  });
}
