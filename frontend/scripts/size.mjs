// Prints the size of each script, and fails if those of the first view are over budget.
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The most bytes of gzip-compressed script for the first view. */
const budget = 120_000;

const dist = new URL("../dist/", import.meta.url);
const manifestFile = new URL(".vite/manifest.json", dist);
if (!existsSync(manifestFile)) {
  console.error("size: no dist/.vite/manifest.json; run `npm run build` first");
  process.exit(1);
}
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));

const gzipped = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
const kb = (n) => `${(n / 1000).toFixed(1).padStart(7)} kB`;

/** Returns the chunk `key` and its static imports. */
function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = closure(entry);
let script = gzipped("theme.js");
for (const key of first) {
  script += gzipped(manifest[key].file);
  // The script of the shared worker.
  for (const asset of manifest[key].assets ?? []) if (asset.endsWith(".js")) script += gzipped(asset);
}
const sheets = new Set(Object.values(manifest).map(({ file }) => file));
const style = [...sheets]
  .filter((file) => file.endsWith(".css"))
  .reduce((sum, file) => sum + gzipped(file), 0);
console.log("gzip sizes");
for (const key of Object.keys(manifest)) {
  if (!manifest[key].file.endsWith(".js")) continue;
  console.log(`${kb(gzipped(manifest[key].file))}  ${first.has(key) ? "first view" : "on demand "}  ${key}`);
}
console.log(`${kb(style)}  style`);
console.log(`${kb(script)}  script of the first view, budget${kb(budget)}`);
if (script > budget) {
  console.error("size: the first view's script is over its budget");
  process.exit(1);
}
