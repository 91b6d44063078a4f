import { plural } from "@/shared/format/bytes";
import { toast } from "@/shared/ui/Toasts";
import { announceAdded, announceEnded } from "./announcements";
import { reopen } from "./handles";
import type { Found, Incoming } from "./incoming";
import { disown, remember, rewrite, takeOne } from "./memory";
import { otherMovers, startMirror } from "./mirror";
import { enqueue, forget, hold, release, setUp, sourceOf, tryNow, wouldBeLost } from "./queue";
import { bringBack, restored, startRestoring } from "./restore";
import { type Rules, refusal } from "./rules";
import { serverInfo, terminate } from "./server";
import { transfers } from "./store";
import { listen, send, tab } from "./tabs";
import { isEnded, isMoving, isRetriable, isStopped, needsFile, newTransfer, type Transfer } from "./transfer";

// What people do with uploads. A transfer of another tab is that tab's to change: it is asked to.

/** How long a cancelled upload can be taken back, in milliseconds. */
const undoFor = 6000;

let started = false;

/** Brings back what earlier pages have left, and begins to remember and to share what happens. */
export function startUploads() {
  if (started) return;
  started = true;
  setUp({ others: otherMovers, ended: announceEnded });
  remember(sourceOf);
  startMirror();
  startRestoring();
  window.addEventListener("beforeunload", (event) => {
    if (wouldBeLost()) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    for (const id of cancelled.keys()) drop(id);
  });
}

/** What makes two files the same: bytes can't be compared before they are read. */
const identity = (t: Transfer) => [t.name, t.size, t.lastModified, t.path].join("\n");

/** Reports whether a file may be the one that a transfer waits for; a copy of it may have got another time. */
const fits = (t: Transfer, { file, path }: Incoming) =>
  t.name === file.name && t.size === file.size && (t.path === path || path === "");

/** Takes files from a drop, a paste or a chooser. */
export async function addFiles({ items, unread }: Found) {
  if (unread.length > 0) tellUnread(unread);
  // What was left must be there first, or a file chosen again would look like a new one.
  await restored();
  const added = sort(items);
  if (added.length > 0) announceAdded(added.length, added[0]?.name ?? "");
  const info = await serverInfo();
  for (const { id } of added) {
    const t = transfers.get(id);
    if (t?.status === "checking") judge(t, info);
  }
}

/** Shows new files, and gives those their file that wait for it; returns what is new. */
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
      known.get(identity(t)) ?? waiting.find((other) => needsFile(now(other)) && fits(other, item)),
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

/** Puts a transfer in the line, unless the server's rules are against it. */
function judge(t: Transfer, info: Rules | null, file?: File) {
  const why = info && refusal(t, info);
  if (why) transfers.update(t.id, { status: "refused", reason: why, final: true });
  else enqueue(t.id, file && { file });
}

function show(t: Transfer, { file, handle }: Incoming) {
  hold(t.id, { file, handle: null });
  transfers.set(t);
  void handle?.then((opened) => {
    const source = sourceOf(t.id);
    if (!opened || !source) return;
    source.handle = opened;
    rewrite(t.id);
  });
}

function tellUnread(names: string[]) {
  for (const path of names) {
    const name = path.split("/").at(-1) ?? path;
    const t = newTransfer(tab, new File([], name), path);
    transfers.set({ ...t, status: "failed", final: true, reason: "could not be read" });
  }
}

/** Gives a transfer that a restart has left without its bytes its file. False when it is another file. */
export function provide(id: string, file: File): boolean {
  const t = transfers.get(id);
  if (!t || !needsFile(t) || t.name !== file.name || t.size !== file.size) return false;
  if (!forward(t, "provide", file)) enqueue(id, { file }, true);
  return true;
}

/** Continues all uploads whose files the browser can open again. Has to be called right after a click. */
export async function continueAll() {
  const ids = [...transfers.of("needs")].filter((id) => transfers.get(id)?.status === "needs-click");
  for (const id of ids) {
    await adopt(id);
    const t = transfers.get(id);
    const handle = sourceOf(id)?.handle;
    if (!t || !handle) continue;
    const opened = await reopen(handle, t, true);
    if (opened instanceof File) provide(id, opened);
    else {
      if (transfers.get(id)?.status === "needs-click") transfers.update(id, opened);
      // Somebody who said no, or nothing, is not asked about the next file before another click.
      if (opened.status !== "failed") return;
    }
  }
}

/** Takes over a transfer that another tab has no bytes of. */
async function adopt(id: string) {
  const t = transfers.get(id);
  if (!t || t.tab === tab) return;
  const left = await takeOne(id);
  if (!left) return;
  send({ kind: "act", act: "disown", id }, t.tab);
  await bringBack(left);
}

export function retry(id: string, file?: File) {
  const t = transfers.get(id);
  if (!t || !isStopped(t) || forward(t, "retry", file)) return;
  void serverInfo().then((info) => judge(t, info, file));
}

export function setPaused(id: string, paused: boolean) {
  const t = transfers.get(id);
  if (!t || (paused ? !isMoving(t) : t.status !== "paused")) return;
  if (forward(t, paused ? "pause" : "resume")) return;
  if (!paused) return enqueue(id, undefined, t.sent > 0);
  release(id);
  transfers.update(id, { status: "paused", speed: null, movedAt: null, retryAt: null });
}

/** Tries a transfer that waits for its next try at once. */
export function retryNow(id: string) {
  const t = transfers.get(id);
  if (t && !forward(t, "now")) tryNow(id);
}

/** Cancelled transfers that can still be taken back, with what they were. */
const cancelled = new Map<string, { before: Transfer; timer: ReturnType<typeof setTimeout> }>();

/** Stops an upload, and some seconds later deletes what has arrived of it; until then it can be taken back. */
export function cancel(id: string) {
  const t = transfers.get(id);
  if (!t || isEnded(t) || forward(t, "cancel")) return;
  release(id);
  transfers.update(id, { status: "cancelled", speed: null, movedAt: null, retryAt: null });
  cancelled.set(id, { before: t, timer: setTimeout(() => drop(id), undoFor) });
}

export function undoCancel(id: string) {
  const t = transfers.get(id);
  if (!t || forward(t, "undo")) return;
  const entry = cancelled.get(id);
  if (!entry) return;
  clearTimeout(entry.timer);
  cancelled.delete(id);
  const { before } = entry;
  const still = before.status === "paused" || needsFile(before);
  transfers.update(id, { status: still ? before.status : "waiting" });
  if (!still) enqueue(id, undefined, before.sent > 0);
}

/** Takes a transfer off the tray, and what has arrived of an unfinished one off the server. */
export function drop(id: string) {
  const t = transfers.get(id);
  if (!t || forward(t, "drop")) return;
  clearTimeout(cancelled.get(id)?.timer);
  cancelled.delete(id);
  forget(id);
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

// Other tabs.

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
    forget(id);
    transfers.remove(id);
    disown(id);
  },
};
type Act = keyof typeof acts;

/** Asks the tab that has a transfer to act; false when it is this one. */
function forward(t: Transfer, act: Act, file?: File): boolean {
  if (t.tab === tab) return false;
  send({ kind: "act", act, id: t.id, file }, t.tab);
  return true;
}

listen<{ act: Act; id: string; file?: File }>("act", ({ act, id, file }) => {
  if (transfers.get(id)?.tab === tab) acts[act](id, file);
});
