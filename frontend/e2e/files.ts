import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Server } from "./server";

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Returns random bytes: equal ones would hide a byte at the wrong place. */
export function random(size: number): Buffer {
  return randomBytes(size);
}

export const MiB = 1024 * 1024;

/** A PNG image of 2 × 2 pixels. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVQI12P8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==",
  "base64",
);

/** Writes files into a temporary folder, runs `use` with their paths, and removes them. */
export async function withFiles<T>(
  files: Record<string, Uint8Array>,
  use: (paths: string[], folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "pawl-files-"));
  try {
    const paths = Object.keys(files).map((name) => join(folder, name));
    for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data);
    return await use(paths, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const tus = { "Tus-Resumable": "1.0.0" };

function encodeMetadata(metadata: Record<string, string>): string {
  return Object.entries(metadata)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}`)
    .join(",");
}

/** Creates an upload with plain requests; `send` sends a range of its bytes. */
export async function begin(server: Server, name: string, data: Uint8Array, type = "") {
  const created = await fetch(server.endpoint, {
    method: "POST",
    headers: {
      ...tus,
      "Upload-Length": String(data.length),
      "Upload-Metadata": encodeMetadata(type ? { filename: name, filetype: type } : { filename: name }),
    },
  });
  if (created.status !== 201) throw new Error(`creation answered ${created.status}: ${await created.text()}`);
  // The Location may have the public URL of the server.
  const { pathname, search } = new URL(created.headers.get("Location") ?? "", server.endpoint);
  const url = server.url + pathname + search;
  const send = async (from: number, to: number) => {
    const response = await fetch(url, {
      method: "PATCH",
      headers: { ...tus, "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" },
      body: data.slice(from, to),
    });
    if (response.status !== 204)
      throw new Error(`append answered ${response.status}: ${await response.text()}`);
  };
  return { url, id: url.split("/").at(-1) ?? "", send };
}

/** Uploads a file; returns its id. */
export async function put(
  server: Server,
  name: string,
  data: Uint8Array | string,
  type = "",
): Promise<string> {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  const upload = await begin(server, name, bytes, type);
  await upload.send(0, bytes.length);
  return upload.id;
}

export interface Listed {
  id: string;
  name: string;
  size: number;
  sha256: string;
  metadata: Record<string, string>;
}

export async function list(server: Server): Promise<Listed[]> {
  const response = await fetch(`${server.url}/api/v1/files?limit=200`);
  return ((await response.json()) as { items: Listed[] }).items;
}

export async function uploadsOf(server: Server): Promise<{ id: string; name: string; offset: number }[]> {
  const response = await fetch(`${server.url}/api/v1/uploads`);
  return ((await response.json()) as { items: { id: string; name: string; offset: number }[] }).items;
}

/** Returns the SHA-256 of a file as downloaded, not as reported by the server. */
export async function downloadedHash(server: Server, id: string): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/files/${id}/content`);
  if (!response.ok) throw new Error(`download answered ${response.status}`);
  return sha256(new Uint8Array(await response.arrayBuffer()));
}
