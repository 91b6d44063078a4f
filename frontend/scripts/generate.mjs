// Writes the types of openapi.json to src/shared/api/schema.ts, or to the file after -o.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";

const { values } = parseArgs({
  options: { output: { type: "string", short: "o", default: "src/shared/api/schema.ts" } },
});
const head = "// Made by `npm run generate` from openapi.json. Do not edit.\n\n";
const ast = await openapiTS(new URL("../openapi.json", import.meta.url));
await writeFile(values.output, head + astToString(ast));
