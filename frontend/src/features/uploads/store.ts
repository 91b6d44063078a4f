import { useCallback, useSyncExternalStore } from "react";
import { count, type Totals, zero } from "./totals";
import { type Group, groupOf, groups, type Transfer } from "./transfer";

// The transfers of this browser, outside of React because they continue whatever is shown. A change costs the
// same however many there are: totals are counted up and down, and only what shows a changed row is told.

const all = new Map<string, Transfer>();
const members: Record<Group, Set<string>> = {
  needs: new Set(),
  moving: new Set(),
  waiting: new Set(),
  done: new Set(),
};
const byUpload = new Map<string, string>();
const totals: Totals = { ...zero };

type Watcher = () => void;
/** What happened to a transfer: its state before and after, undefined where there is none. */
export type Change = { before?: Transfer; after?: Transfer };
const observers = new Set<(change: Change) => void>();

function put(before: Transfer | undefined, after: Transfer | undefined) {
  if (before) {
    count(totals, before, -1);
    if (before.uploadId) byUpload.delete(before.uploadId);
  }
  if (after) {
    count(totals, after);
    if (after.uploadId) byUpload.set(after.uploadId, after.id);
  }
  const from = before && groupOf(before);
  const to = after && groupOf(after);
  const id = (after ?? before)?.id ?? "";
  if (from !== to) {
    if (from) leave(from, id);
    if (to) enter(to, id);
  }
  if (after) all.set(id, after);
  else all.delete(id);
  changed.add(id);
  for (const observer of observers) observer({ before, after });
  publishSoon();
}

function leave(group: Group, id: string) {
  members[group].delete(id);
  stale.add(group);
}

function enter(group: Group, id: string) {
  members[group].add(id);
  stale.add(group);
}

export const transfers = {
  get: (id: string) => all.get(id),
  values: () => all.values(),
  of: (group: Group): ReadonlySet<string> => members[group],
  totals: (): Readonly<Totals> => totals,
  hasUpload: (uploadId: string) => byUpload.has(uploadId),
  /** Adds a transfer, or replaces the one of that id. */
  set: (transfer: Transfer) => put(all.get(transfer.id), transfer),
  update(id: string, patch: Partial<Transfer>) {
    const before = all.get(id);
    if (before) put(before, { ...before, ...patch });
  },
  remove(id: string) {
    const before = all.get(id);
    if (before) put(before, undefined);
  },
  /** Calls `observer` at once for every change. */
  observe(observer: (change: Change) => void) {
    observers.add(observer);
  },
};

// What is shown follows a moment later, in one go for many changes.

/** The shortest time between two changes of what is shown, in milliseconds: faster ones could not be read. */
const pace = 80;
/** The same while many files move, when drawing would take the time that sending them needs. */
const manyPace = 250;
const many = 100;
const changed = new Set<string>();
const stale = new Set<Group>();
const shown: Record<Group, readonly string[]> = { needs: [], moving: [], waiting: [], done: [] };
let shownTotals: Readonly<Totals> = { ...zero };
const rowWatchers = new Map<string, Set<Watcher>>();
const watchers = new Set<Watcher>();
let publishing = false;
let published = 0;

function publishSoon() {
  if (publishing) return;
  publishing = true;
  const wait = published + (totals.moving > many ? manyPace : pace) - performance.now();
  // Hidden pages get no frames.
  if (wait <= 0 && !document.hidden) requestAnimationFrame(publish);
  else setTimeout(publish, Math.max(wait, 0));
}

function publish() {
  publishing = false;
  published = performance.now();
  shownTotals = { ...totals };
  for (const group of groups) if (stale.has(group)) shown[group] = [...members[group]];
  stale.clear();
  const ids = [...changed];
  changed.clear();
  for (const id of ids) for (const watcher of rowWatchers.get(id) ?? []) watcher();
  for (const watcher of watchers) watcher();
}

function watch(watcher: Watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function watchRow(id: string, watcher: Watcher) {
  const set = rowWatchers.get(id) ?? new Set();
  rowWatchers.set(id, set.add(watcher));
  return () => {
    set.delete(watcher);
    if (set.size === 0) rowWatchers.delete(id);
  };
}

export function useTransfer(id: string): Transfer | undefined {
  const subscribe = useCallback((watcher: Watcher) => watchRow(id, watcher), [id]);
  return useSyncExternalStore(subscribe, () => all.get(id));
}

export function useTotals(): Readonly<Totals> {
  return useSyncExternalStore(watch, () => shownTotals);
}

/** Returns the ids of a group in their order of arrival. */
export function useGroup(group: Group): readonly string[] {
  return useSyncExternalStore(watch, () => shown[group]);
}
