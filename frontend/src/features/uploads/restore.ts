import { reopen } from "./handles";
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
  const opened = copied || !handle ? null : await reopen(handle, t);
  const file = opened instanceof File ? opened : null;
  if (!copied && !file) {
    transfers.set({ ...t, ...(opened ?? { status: "needs-file" }) });
    hold(t.id, { file, handle });
  } else if (t.status === "paused" || isStopped(t)) {
    transfers.set(t);
    hold(t.id, { file, handle });
  } else {
    transfers.set({ ...t, status: "waiting" });
    enqueue(t.id, { file, handle }, t.uploadUrl !== null);
  }
}
