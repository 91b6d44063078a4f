import { api } from "@/shared/api/client";
import type { ServerInfo } from "@/shared/api/types";
import type { Transfer } from "./transfer";

let server: Promise<ServerInfo | null> | null = null;

/** Returns the server's rules for uploads, or null; without them the server still judges each file itself. */
export function serverInfo(): Promise<ServerInfo | null> {
  server ??= api.server().catch(() => {
    server = null;
    return null;
  });
  return server;
}

/** Deletes what has arrived of an upload. */
export function terminate(url: string) {
  const headers = { "Tus-Resumable": "1.0.0" };
  void fetch(url, { method: "DELETE", headers, keepalive: true }).catch(() => undefined);
}

/**
 * Looks for a file whose only request had no answer: it may be stored, and sent again it would be there twice.
 * Returns the id of the stored file, or null.
 */
export async function findStored(t: Transfer, file: File): Promise<string | null> {
  if (t.unansweredAt === null) return null;
  const { items } = await api.files({ q: t.name, limit: 50 });
  // The server's clock and this one differ; a few minutes are given to them.
  const since = t.unansweredAt - 5 * 60_000;
  const alike = items.filter(
    (item) =>
      item.name === t.name &&
      item.size === t.size &&
      (item.metadata.relativePath ?? "") === t.path &&
      new Date(item.created_at).getTime() >= since,
  );
  if (alike.length === 0) return null;
  const digest = await sha256(file);
  return alike.find((item) => digest === null || item.sha256 === digest)?.id ?? null;
}

async function sha256(file: File): Promise<string | null> {
  // Without HTTPS browsers compute no digests.
  if (!crypto.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
