import type { Transfer } from "./transfer";

// Reopening files after a restart with the file handles that the browser gave for them.

interface Permitted {
  queryPermission?(): Promise<PermissionState>;
  requestPermission?(): Promise<PermissionState>;
}

/** The reason why an upload ends whose file has changed since it was selected. */
export const unreadable = "this file can't be read or has changed. Select it again";

/** Reports whether the browser can ask for permission to reopen a handle after a restart. */
export const isReopenable = (handle: FileSystemHandle) => "requestPermission" in handle;

/**
 * Reopens the file of a transfer. If that fails it returns the transfer's new state instead. With `ask` the browser
 * asks for permission, which it allows only in the handler of a click.
 */
export async function reopen(
  handle: FileSystemFileHandle & Permitted,
  t: Transfer,
  ask = false,
): Promise<File | Partial<Transfer>> {
  const state = await permission(handle, ask);
  if (state === "prompt") return { status: "needs-click" };
  if (state === "denied") return { status: "needs-file" };
  const file = await handle.getFile().catch(() => null);
  // The bytes that the server has must be the beginning of this file.
  if (file?.size === t.size && file.lastModified === t.lastModified) return file;
  return { status: "failed", final: true, reason: unreadable };
}

async function permission(handle: Permitted, ask: boolean): Promise<PermissionState> {
  try {
    return (await (ask ? handle.requestPermission?.() : handle.queryPermission?.())) ?? "denied";
  } catch {
    // The click was too long ago. Another click can ask again.
    return ask ? "prompt" : "denied";
  }
}
