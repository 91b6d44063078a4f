import type { Server } from "./server";

const encoded = (text: string) => Buffer.from(text).toString("base64");

/** Uploads a small file in one request, with any metadata; returns its id. */
export async function putWith(
  server: Server,
  metadata: Record<string, string>,
  data: Uint8Array<ArrayBuffer> | string = "x",
): Promise<string> {
  const body = typeof data === "string" ? Buffer.from(data) : data;
  const response = await fetch(server.endpoint, {
    method: "POST",
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(body.length),
      "Upload-Metadata": Object.entries(metadata)
        .map(([key, value]) => `${key} ${encoded(value)}`)
        .join(","),
      "Content-Type": "application/offset+octet-stream",
    },
    body,
  });
  if (response.status !== 201) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return response.headers.get("Location")?.split("/").at(-1) ?? "";
}

/** Uploads many small text files, 16 at a time. */
export async function putMany(server: Server, count: number, nameOf = (i: number) => `File ${i}.txt`) {
  let next = 1;
  const worker = async () => {
    while (next <= count) await putWith(server, { filename: nameOf(next++), filetype: "text/plain" });
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** Returns the number of files on the server. */
export async function countOf(server: Server): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const at: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await fetch(`${server.url}/api/v1/files?limit=200${at}`);
    const page = (await response.json()) as { items: unknown[]; next_cursor: string | null };
    count += page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return count;
}
