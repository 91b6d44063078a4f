import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The server that `npm run dev` proxies to. */
const server = process.env.PAWL_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    manifest: true,
    // Nothing inlined: the Content-Security-Policy allows no data: scripts, fonts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One style sheet, so that no view is shown without its style.
    cssCodeSplit: false,
    reportCompressedSize: false,
    target: "es2022",
  },
  server: {
    host: "127.0.0.1",
    // Otherwise Vite answers OPTIONS itself, without the Tus-* headers.
    cors: false,
    proxy: { "/api": server, "/files": server },
  },
  test: { include: ["src/**/*.test.ts"] },
});
