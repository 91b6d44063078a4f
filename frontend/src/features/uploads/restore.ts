import { reopen } from "./handles";
import { takeOver, type Unfinished } from "./memory";
import { enqueue, setSource } from "./queue";
import { offsetOf } from "./server";
import { transfers } from "./store";
import { onTabGone, tab } from "./tabs";
import { isStopped, needsFile, type Transfer } from "./transfer";

/** How long new files wait for restored uploads, in milliseconds: storage may not respond at all. */
const timeout = 5000;

let restoring: Promise<void> = Promise.resolve();

/** Takes over the unfinished uploads of earlier pages and closed tabs. */
export function restore(): Promise<void> {
  const before = restoring;
  restoring = before
    .then(async () => {
      for (const unfinished of await takeOver()) await restoreOne(unfinished);
    })
    .catch(() => undefined);
  return restoring;
}

/**
 * Resolves when restored uploads are in the store, so that a file selected again is recognised and new uploads
 * come after restored ones.
 */
export function restored(): Promise<void> {
  return Promise.race([restoring, new Promise<void>((resolve) => setTimeout(resolve, timeout))]);
}

export function startRestoring() {
  onTabGone(() => void restore());
  void restore();
}

/** Shows an unfinished transfer, and resumes it if its file can be read. */
export async function restoreOne({ transfer, copied, handle, addedAt }: Unfinished) {
  const t: Transfer = {
    ...transfer,
    tab,
    speed: null,
    movedAt: null,
    retryAt: null,
    // A small file may have been stored just as its tab was closed.
    unansweredAt: transfer.uploadUrl === null ? addedAt : null,
  };
  const opened = copied || !handle ? null : await reopen(handle, t);
  const file = opened instanceof File ? opened : null;
  if (!copied && !file) {
    transfers.set({ ...t, ...(opened ?? { status: "needs-file" }) });
    setSource(t.id, { file, handle });
    void showOffset(t);
  } else if (t.status === "paused" || isStopped(t)) {
    transfers.set(t);
    setSource(t.id, { file, handle });
  } else {
    transfers.set({ ...t, status: "waiting" });
    enqueue(t.id, { file, handle }, t.uploadUrl !== null);
  }
}

/** Shows how much the server has of an upload that needs its file, and whether that is all of it. */
async function showOffset({ id, size, uploadUrl }: Transfer) {
  const sent = uploadUrl === null ? null : await offsetOf(uploadUrl);
  const t = transfers.get(id);
  if (sent === null || !t || !needsFile(t)) return;
  transfers.update(id, sent < size ? { sent } : { status: "done", sent, uploadUrl: null });
}
