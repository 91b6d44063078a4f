import { plural } from "@/shared/format/bytes";
import { toast } from "@/shared/ui/Toasts";
import { announceAdded, announceEnded } from "./announcements";
import { reopen } from "./handles";
import type { Found, Incoming } from "./incoming";
import { disown, remember, rewrite, takeOne } from "./memory";
import { otherUploadingTabs, startMirror } from "./mirror";
import { configure, enqueue, remove, restart, setSource, sourceOf, stop, wouldLoseFiles } from "./queue";
import { restored, restoreOne, startRestoring } from "./restore";
import { type Rules, refusal } from "./rules";
import { serverInfo, terminate } from "./server";
import { transfers } from "./store";
import { listen, send, tab } from "./tabs";
import { isEnded, isMoving, isRetriable, isStopped, needsFile, newTransfer, type Transfer } from "./transfer";

// The actions on uploads. Only the tab that has a transfer changes it; other tabs send it the action.

/** How long cancelling can be undone, in milliseconds. */
const undoTimeout = 6000;

let started = false;

/** Restores the uploads of earlier pages, and begins to store changes and to send them to other tabs. */
export function startUploads() {
  if (started) return;
  started = true;
  configure({ otherTabs: otherUploadingTabs, onEnd: announceEnded });
  remember(sourceOf);
  startMirror();
  startRestoring();
  window.addEventListener("beforeunload", (event) => {
    if (wouldLoseFiles()) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    for (const id of cancelled.keys()) drop(id);
  });
}

/** The key by which two files count as the same; comparing their bytes would take too long. */
const identity = (t: Transfer) => [t.name, t.size, t.lastModified, t.path].join("\n");

/** Reports whether a file may be the one that a transfer needs. A copy may have another modification time. */
const mayBe = (t: Transfer, { file, path }: Incoming) =>
  t.name === file.name && t.size === file.size && (t.path === path || path === "");

/** Adds files from a drop, a paste or a file dialog. */
export async function addFiles({ items, unread }: Found) {
  if (unread.length > 0) showUnread(unread);
  // Before that, a file selected again would count as a new one.
  await restored();
  const added = sort(items);
  if (added.length > 0) announceAdded(added.length, added[0]?.name ?? "");
  const info = await serverInfo();
  for (const { id } of added) {
    const t = transfers.get(id);
    if (t?.status === "checking") enqueueChecked(t, info);
  }
}

/** Shows new files, and provides files to the transfers that need them. Returns the new transfers. */
function sort(items: Incoming[]): Transfer[] {
  const known = new Map<string, Transfer>();
  for (const t of transfers.values()) {
    if (t.status !== "done" && t.status !== "cancelled") known.set(identity(t), t);
  }
  const waiting = [...transfers.of("needs")].map((id) => transfers.get(id)).filter((t) => t !== undefined);
  const added: Transfer[] = [];
  let repeated = 0;
  for (const item of items) {
    const t = newTransfer(tab, item.file, item.path);
    const former = now(
      known.get(identity(t)) ?? waiting.find((other) => needsFile(now(other)) && mayBe(other, item)),
    );
    if (former && needsFile(former)) provide(former.id, item.file);
    else if (former && isStopped(former)) retry(former.id, item.file);
    else if (former) repeated++;
    else {
      known.set(identity(t), t);
      added.push(t);
      show(t, item);
    }
  }
  if (repeated > 0) toast({ message: `${plural(repeated, "file is", "files are")} already being uploaded` });
  return added;
}

function now<T extends Transfer | undefined>(t: T): T {
  return ((t && transfers.get(t.id)) ?? t) as T;
}

/** Queues a transfer, or refuses it if the server's rules would. */
function enqueueChecked(t: Transfer, info: Rules | null, file?: File) {
  const why = info && refusal(t, info);
  if (why) transfers.update(t.id, { status: "refused", reason: why, final: true });
  else enqueue(t.id, file && { file });
}

function show(t: Transfer, { file, handle }: Incoming) {
  setSource(t.id, { file, handle: null });
  transfers.set(t);
  void handle?.then((opened) => {
    const source = sourceOf(t.id);
    if (!opened || !source) return;
    source.handle = opened;
    rewrite(t.id);
  });
}

function showUnread(names: string[]) {
  for (const path of names) {
    const name = path.split("/").at(-1) ?? path;
    const t = newTransfer(tab, new File([], name), path);
    transfers.set({ ...t, status: "failed", final: true, reason: "could not be read" });
  }
}

/** Provides the file to a transfer that has lost it in a restart. Returns false if it is another file. */
export function provide(id: string, file: File): boolean {
  const t = transfers.get(id);
  if (!t || !needsFile(t) || t.name !== file.name || t.size !== file.size) return false;
  if (!forward(t, "provide", file)) enqueue(id, { file }, true);
  return true;
}

/** Resumes all uploads whose files the browser can reopen. Call it in the handler of a click. */
export async function continueAll() {
  const ids = [...transfers.of("needs")].filter((id) => transfers.get(id)?.status === "needs-click");
  for (const id of ids) {
    await takeFromTab(id);
    const t = transfers.get(id);
    const handle = sourceOf(id)?.handle;
    if (!t || !handle) continue;
    const opened = await reopen(handle, t, true);
    if (opened instanceof File) provide(id, opened);
    else {
      if (transfers.get(id)?.status === "needs-click") transfers.update(id, opened);
      // Without permission for this file, the next one is asked for only after another click.
      if (opened.status !== "failed") return;
    }
  }
}

/** Takes over a transfer whose file another tab has lost. */
async function takeFromTab(id: string) {
  const t = transfers.get(id);
  if (!t || t.tab === tab) return;
  const unfinished = await takeOne(id);
  if (!unfinished) return;
  send({ kind: "act", act: "disown", id }, t.tab);
  await restoreOne(unfinished);
}

export function retry(id: string, file?: File) {
  const t = transfers.get(id);
  if (!t || !isStopped(t) || forward(t, "retry", file)) return;
  void serverInfo().then((info) => enqueueChecked(t, info, file));
}

export function setPaused(id: string, paused: boolean) {
  const t = transfers.get(id);
  if (!t || (paused ? !isMoving(t) : t.status !== "paused")) return;
  if (forward(t, paused ? "pause" : "resume")) return;
  if (!paused) return enqueue(id, undefined, t.sent > 0);
  stop(id);
  transfers.update(id, { status: "paused", speed: null, movedAt: null, retryAt: null });
}

/** Retries a transfer at once that waits for its next attempt. */
export function retryNow(id: string) {
  const t = transfers.get(id);
  if (t && !forward(t, "now")) restart(id);
}

/** Cancelled transfers that can still be restored, with their former state. */
const cancelled = new Map<string, { before: Transfer; timer: ReturnType<typeof setTimeout> }>();

/** Cancels an upload. After some seconds, in which that can be undone, it is terminated on the server. */
export function cancel(id: string) {
  const t = transfers.get(id);
  if (!t || isEnded(t) || forward(t, "cancel")) return;
  stop(id);
  transfers.update(id, { status: "cancelled", speed: null, movedAt: null, retryAt: null });
  cancelled.set(id, { before: t, timer: setTimeout(() => drop(id), undoTimeout) });
}

export function undoCancel(id: string) {
  const t = transfers.get(id);
  if (!t || forward(t, "undo")) return;
  const entry = cancelled.get(id);
  if (!entry) return;
  clearTimeout(entry.timer);
  cancelled.delete(id);
  const { before } = entry;
  const wasStopped = before.status === "paused" || needsFile(before);
  transfers.update(id, { status: wasStopped ? before.status : "waiting" });
  if (!wasStopped) enqueue(id, undefined, before.sent > 0);
}

/** Removes a transfer from the tray, and terminates an unfinished one on the server. */
export function drop(id: string) {
  const t = transfers.get(id);
  if (!t || forward(t, "drop")) return;
  clearTimeout(cancelled.get(id)?.timer);
  cancelled.delete(id);
  remove(id);
  transfers.remove(id);
  if (t.status !== "done" && t.uploadUrl) terminate(t.uploadUrl);
}

function each(test: (t: Transfer) => boolean, act: (id: string) => void) {
  for (const t of [...transfers.values()]) if (test(t)) act(t.id);
}
export const pauseAll = () => each(isMoving, (id) => setPaused(id, true));
export const resumeAll = () =>
  each(
    (t) => t.status === "paused",
    (id) => setPaused(id, false),
  );
export const retryAll = () => each(isRetriable, (id) => retry(id));
export const cancelAll = () => each((t) => !isEnded(t), drop);
export const clearEnded = () => each((t) => isEnded(t) && t.status !== "cancelled", drop);

// Actions from other tabs.

const acts = {
  provide: (id: string, file?: File) => file && provide(id, file),
  retry,
  pause: (id: string) => setPaused(id, true),
  resume: (id: string) => setPaused(id, false),
  now: retryNow,
  cancel,
  undo: undoCancel,
  drop,
  disown: (id: string) => {
    remove(id);
    transfers.remove(id);
    disown(id);
  },
};
type Act = keyof typeof acts;

/** Sends an action to the tab that has the transfer. Returns false if that is this tab. */
function forward(t: Transfer, act: Act, file?: File): boolean {
  if (t.tab === tab) return false;
  send({ kind: "act", act, id: t.id, file }, t.tab);
  return true;
}

listen<{ act: Act; id: string; file?: File }>("act", ({ act, id, file }) => {
  if (transfers.get(id)?.tab === tab) acts[act](id, file);
});
