import { defineConfig } from "@playwright/test";

const executablePath = process.env.PAWL_TEST_CHROMIUM || process.env.CHROMIUM || "/usr/bin/chromium";

/** Chromium without its own traffic and without what a container lacks. */
export const launchOptions = {
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
  ],
};

export default defineConfig({
  // A test that passes only at its second try, which CI gives it, is a bug: e2e/retries.ts has it named at the end.
  retries: process.env.CI ? 1 : 0,
  testDir: "e2e",
  // What the page does by itself is the same with every storage; with PostgreSQL and S3 only what reaches them runs.
  testMatch: process.env.PAWL_TEST_SERVICES
    ? /(content|deletion|files|keeps-progress|live|options|resume|road|selection|statistics|upload)\.spec\.ts$/
    : "**/*.spec.ts",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 40_000,
  expect: { timeout: 10_000 },
  reporter: [["list"], ["./e2e/retries.ts"]],
  use: { launchOptions, trace: "retain-on-failure", viewport: { width: 1280, height: 800 } },
  projects: [
    { name: "page", testDir: "e2e/page" },
    { name: "clients", testDir: "e2e/clients" },
  ],
});
