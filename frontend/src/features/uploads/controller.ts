import { api } from "@/shared/api/client";
import { toast } from "@/shared/ui/Toasts";
import type { Incoming } from "./incoming";
import { getEngine, serverInfo } from "./loader";
import { resetSpeed, restored } from "./reports";
import { refusal } from "./rules";
import { forgetUnfinished, hasUnfinished, transfers } from "./store";
import { blank, isEnded, isMoving, isStopped, type Transfer } from "./transfer";
import { watchStalls } from "./watch";

/** Brings back what an earlier page has left unfinished. */
export function recover() {
  if (!hasUnfinished()) return;
  void getEngine().then(() => setTimeout(forgetUnfinished, 5000));
}

function same(t: Transfer, { file, path }: Incoming): boolean {
  return t.name === file.name && t.size === file.size && (t.path === path || t.path === "" || path === "");
}

/** Takes files from a drop, a paste or a chooser. */
export async function addFiles(incoming: Incoming[]) {
  // What is to be brought back must be there first, or the file chosen again would look like a new one.
  if (hasUnfinished() && transfers.all().length === 0) {
    await getEngine().catch(() => undefined);
    await Promise.race([restored, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }
  const added: Transfer[] = [];
  let known = 0;
  for (const item of incoming) {
    const former = transfers.all().find((t) => t.status !== "done" && same(t, item));
    if (former?.status === "needs-file") provide(former.id, item.file);
    else if (former && isStopped(former)) void retry(former.id, item.file);
    else if (former) known++;
    else added.push({ ...blank(item.file.name, item.file.size, item.file.type, item.path), file: item.file });
  }
  if (known > 0)
    toast({
      message: known === 1 ? "This file is already in the tray" : `${known} files are already in the tray`,
    });
  transfers.add(added);
  if (added.length > 0)
    transfers.announce(`${added.length === 1 ? added[0]?.name : `${added.length} files`} added`);
  await send(added);
}

async function send(list: Transfer[]) {
  const info = await serverInfo();
  const allowed = list.filter((t) => {
    const why = info ? refusal(t, info) : null;
    if (why) transfers.update(t.id, { status: "refused", reason: why });
    return why === null;
  });
  if (allowed.length === 0) return;
  try {
    const uploads = await getEngine();
    for (const t of allowed) {
      if (!t.file || !transfers.get(t.id)) continue;
      try {
        transfers.update(t.id, { key: uploads.add(t.file, t.path), status: "waiting", reason: "" });
      } catch (error) {
        transfers.update(t.id, {
          status: "failed",
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    }
    uploads.start();
  } catch {
    for (const t of allowed) {
      transfers.update(t.id, { status: "failed", reason: "the uploader could not be loaded, try again" });
    }
  }
}

/** Gives a transfer that a restart has robbed of its bytes the file again. False when it is another file. */
export function provide(id: string, file: File): boolean {
  const transfer = transfers.get(id);
  if (!transfer?.key || transfer.name !== file.name || transfer.size !== file.size) return false;
  const key = transfer.key;
  transfers.update(id, { status: "waiting", file });
  void getEngine().then((e) => e.goOn(key, file));
  return true;
}

export async function retry(id: string, file?: File) {
  const transfer = transfers.get(id);
  if (!transfer || !isStopped(transfer)) return;
  const again = { ...transfer, file: file ?? transfer.file, status: "checking" as const, reason: "" };
  transfers.update(id, again);
  await send([again]);
}

export function setPaused(id: string, paused: boolean) {
  const transfer = transfers.get(id);
  const key = transfer?.key;
  if (!transfer || !key || (paused ? !isMoving(transfer) : transfer.status !== "paused")) return;
  resetSpeed(key);
  transfers.update(id, { status: paused ? "paused" : "waiting", speed: null, retryAt: null });
  void getEngine().then((e) => e.setPaused(key, paused));
}

/** Tries a waiting retry, or one whose connection seems dead, at once. */
export function retryNow(id: string) {
  setPaused(id, true);
  setPaused(id, false);
}

/** Takes a transfer off the tray, and what has arrived of an unfinished one off the server. */
export function cancel(id: string) {
  const transfer = transfers.get(id);
  transfers.remove(new Set([id]));
  if (!transfer) return;
  const { key, uploadId } = transfer;
  if (key) void getEngine().then((e) => e.cancel(key));
  else if (transfer.status === "failed" && uploadId) void api.abort(uploadId).catch(() => undefined);
}

const each = (test: (t: Transfer) => boolean, act: (id: string) => void) => {
  for (const t of transfers.all().filter(test)) act(t.id);
};
export const pauseAll = () => each(isMoving, (id) => setPaused(id, true));
export const resumeAll = () =>
  each(
    (t) => t.status === "paused",
    (id) => setPaused(id, false),
  );
export const retryAll = () => each(isStopped, (id) => void retry(id));
export const cancelAll = () => each((t) => !isEnded(t), cancel);
export const clearEnded = () =>
  transfers.remove(
    new Set(
      transfers
        .all()
        .filter(isEnded)
        .map((t) => t.id),
    ),
  );

watchStalls(() => transfers.all().flatMap((t) => (t.status === "uploading" ? [t.id] : [])), retryNow);
