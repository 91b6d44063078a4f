// Writes .br and .gz next to every text file of dist that compression makes smaller.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = new URL("../dist/", import.meta.url).pathname;
const texts = new Set([".js", ".css", ".html", ".svg", ".json"]);
const smallest = 1024;

const entries = await readdir(root, { recursive: true, withFileTypes: true });
for (const entry of entries) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !texts.has(extname(entry.name)) || path.includes("/.vite/")) continue;
  const plain = await readFile(path);
  if (plain.length < smallest) continue;
  const br = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gz = gzipSync(plain, { level: 9 });
  if (br.length < plain.length) await writeFile(`${path}.br`, br);
  if (gz.length < plain.length) await writeFile(`${path}.gz`, gz);
}
