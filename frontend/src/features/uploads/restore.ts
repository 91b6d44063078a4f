import { type Left, takeOver } from "./memory";
import { enqueue, hold } from "./queue";
import { transfers } from "./store";
import { onTabGone, tab } from "./tabs";
import { isStopped, type Transfer } from "./transfer";

/** Storage that does not answer must not keep new files waiting for ever. */
const patience = 5000;

let restoring: Promise<void> = Promise.resolve();

/** Takes over the uploads that earlier pages and closed tabs have left. */
export function restore(): Promise<void> {
  const before = restoring;
  restoring = before
    .then(async () => {
      for (const left of await takeOver()) await bringBack(left);
    })
    .catch(() => undefined);
  return restoring;
}

/**
 * Fulfilled when what was left is in the store, so that a file chosen again is known, and nothing that is
 * brought back can come after what is new.
 */
export function restored(): Promise<void> {
  return Promise.race([restoring, new Promise<void>((resolve) => setTimeout(resolve, patience))]);
}

export function startRestoring() {
  onTabGone(() => void restore());
  void restore();
}

/** Shows a transfer that was left, and continues it if its bytes are in reach. */
export async function bringBack({ transfer, copied, handle, addedAt }: Left) {
  const t: Transfer = {
    ...transfer,
    tab,
    speed: null,
    movedAt: null,
    retryAt: null,
    // A small file may have been stored in the moment that its tab was closed.
    unansweredAt: transfer.uploadUrl === null ? addedAt : null,
  };
  const reachable = copied || (handle !== null && (await permission(handle)) === "granted");
  if (!reachable) {
    transfers.set({ ...t, status: handle ? "needs-click" : "needs-file" });
    hold(t.id, { file: null, handle });
  } else if (t.status === "paused" || isStopped(t)) {
    transfers.set(t);
    hold(t.id, { file: null, handle });
  } else {
    transfers.set({ ...t, status: "waiting" });
    enqueue(t.id, { file: null, handle }, t.uploadUrl !== null);
  }
}

interface Permitted {
  queryPermission?(): Promise<PermissionState>;
  requestPermission?(): Promise<PermissionState>;
}

function permission(handle: FileSystemFileHandle & Permitted): Promise<PermissionState> {
  return handle.queryPermission?.().catch(() => "denied") ?? Promise.resolve("denied");
}

/** Asks to be allowed to read a file again; the browser does so only right after a click. */
export async function reopen(handle: FileSystemFileHandle & Permitted): Promise<File | null> {
  try {
    if ((await handle.requestPermission?.()) !== "granted") return null;
    return await handle.getFile();
  } catch {
    return null;
  }
}
