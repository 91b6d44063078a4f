import type { Transfer } from "./transfer";

// Files that are opened again after a restart, by the handles that the browser gave for them.

interface Permitted {
  queryPermission?(): Promise<PermissionState>;
  requestPermission?(): Promise<PermissionState>;
}

/** Why an upload ends whose file is not the one that was chosen any more. */
export const unreadable = "this file can't be read or has changed. Select it again";

/** Reports whether the browser can be asked to open the handle again after a restart. */
export const isReopenable = (handle: FileSystemHandle) => "requestPermission" in handle;

/**
 * Opens the file of a transfer again; what becomes of the transfer is returned if that fails. With `ask` the
 * browser asks for permission, which it does only right after a click.
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
  // What the server has must be the beginning of what is sent now.
  if (file?.size === t.size && file.lastModified === t.lastModified) return file;
  return { status: "failed", final: true, reason: unreadable };
}

async function permission(handle: Permitted, ask: boolean): Promise<PermissionState> {
  try {
    return (await (ask ? handle.requestPermission?.() : handle.queryPermission?.())) ?? "denied";
  } catch {
    // The click is too long ago: another one can ask again.
    return ask ? "prompt" : "denied";
  }
}
