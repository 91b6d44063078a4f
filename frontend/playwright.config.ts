import { defineConfig } from "@playwright/test";

const executablePath = process.env.PAWL_TEST_CHROMIUM || process.env.CHROMIUM || "/usr/bin/chromium";

/** Options for Chromium in a container, without its own network traffic. */
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
  // Tests that do not depend on the storage run only once, not again with PostgreSQL and S3.
  testMatch: process.env.PAWL_TEST_SERVICES
    ? /(content|deletion|faults|files|keeps-progress|live|options|resume|selection|statistics|upload)\.spec\.ts$/
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
