import { api } from "@/shared/api/client";
import type { ServerInfo } from "@/shared/api/types";
import type { Transfer } from "./transfer";

let server: Promise<ServerInfo | null> | null = null;

/** Returns the server's rules for uploads, or null if they can't be loaded: the server enforces them anyway. */
export function serverInfo(): Promise<ServerInfo | null> {
  server ??= api.server().catch(() => {
    server = null;
    return null;
  });
  return server;
}

const headers = { "Tus-Resumable": "1.0.0" };

/** Returns the number of bytes that the server has of an upload, or null if it can't tell. */
export async function offsetOf(url: string): Promise<number | null> {
  const response = await fetch(url, { method: "HEAD", headers }).catch(() => null);
  const offset = response?.ok ? response.headers.get("Upload-Offset") : null;
  return offset ? Number(offset) : null;
}

/** Terminates an upload on the server. */
export function terminate(url: string) {
  void fetch(url, { method: "DELETE", headers, keepalive: true }).catch(() => undefined);
}

/**
 * Searches for the file of an upload whose only request had no response: if it was stored, sending it again would
 * make a second one. Returns the id of the stored file, or null.
 */
export async function findStored(t: Transfer, file: File): Promise<string | null> {
  if (t.unansweredAt === null) return null;
  const { items } = await api.files({ q: t.name, limit: 50 });
  // The clocks of server and browser may differ by some minutes.
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
  // Browsers have no SubtleCrypto without HTTPS.
  if (!crypto.subtle) return null;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
