import { useCallback, useSyncExternalStore } from "react";
import { createStore, type Store, useStore } from "@/shared/store";
import { count, type Totals, zero } from "./totals";
import { type Group, groupOf, type Transfer } from "./transfer";

// The transfers of this browser. They live outside of React because they continue whatever view is shown. The cost
// of a change does not depend on their number: totals are updated incrementally, and only the components that show
// the changed row are notified.

const all = new Map<string, Transfer>();
const members: Record<Group, Set<string>> = {
  needs: new Set(),
  moving: new Set(),
  waiting: new Set(),
  done: new Set(),
};
const byUpload = new Map<string, string>();
const totals: Totals = { ...zero };

/** A change of a transfer: its state before and after, undefined if it is new or removed. */
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
  /** Calls `observer` synchronously for every change. */
  observe(observer: (change: Change) => void) {
    observers.add(observer);
  },
};

// Components are notified a moment later, once for many changes.

/** The shortest time between two notifications, in milliseconds: nobody could read faster changes. */
const minInterval = 80;
/** The same while more than `many` files are uploading, when rendering would slow them down. */
const minIntervalOfMany = 250;
const many = 100;
const changed = new Set<string>();
const stale = new Set<Group>();
const none: readonly string[] = [];
const shown: Record<Group, Store<readonly string[]>> = {
  needs: createStore(none),
  moving: createStore(none),
  waiting: createStore(none),
  done: createStore(none),
};
const shownTotals = createStore<Readonly<Totals>>({ ...zero });
const rowListeners = new Map<string, Set<() => void>>();
let publishing = false;
let published = 0;

function publishSoon() {
  if (publishing) return;
  publishing = true;
  const delay = published + (totals.moving > many ? minIntervalOfMany : minInterval) - performance.now();
  // Hidden pages get no animation frames.
  if (delay <= 0 && !document.hidden) requestAnimationFrame(publish);
  else setTimeout(publish, Math.max(delay, 0));
}

function publish() {
  publishing = false;
  published = performance.now();
  const ids = [...changed];
  changed.clear();
  for (const id of ids) for (const listener of rowListeners.get(id) ?? []) listener();
  for (const group of stale) shown[group].set([...members[group]]);
  stale.clear();
  shownTotals.set({ ...totals });
}

function subscribeToRow(id: string, listener: () => void) {
  const set = rowListeners.get(id) ?? new Set();
  rowListeners.set(id, set.add(listener));
  return () => {
    set.delete(listener);
    if (set.size === 0) rowListeners.delete(id);
  };
}

export function useTransfer(id: string): Transfer | undefined {
  const subscribe = useCallback((listener: () => void) => subscribeToRow(id, listener), [id]);
  return useSyncExternalStore(subscribe, () => all.get(id));
}

export function useTotals(): Readonly<Totals> {
  return useStore(shownTotals);
}

/** Returns the ids of the transfers in a group, in the order in which they joined it. */
export function useGroup(group: Group): readonly string[] {
  return useStore(shown[group]);
}
