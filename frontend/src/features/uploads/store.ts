import { useSyncExternalStore } from "react";
import { isEnded, type Transfer } from "./transfer";

// The transfers of this page, outside of React because they go on whatever is shown.

let list: readonly Transfer[] = [];
let announcement = "";
const watchers = new Set<() => void>();

/** Set while something is unfinished, so that a later page knows there is something to bring back. */
const mark = "pawl.unfinished";

function publish(next: readonly Transfer[]) {
  list = next;
  for (const watcher of watchers) watcher();
}

function remember() {
  try {
    if (list.some((t) => !isEnded(t))) localStorage.setItem(mark, "1");
    else localStorage.removeItem(mark);
  } catch {
    // Storage is switched off: nothing can be brought back, uploading works all the same.
  }
}

export function hasUnfinished(): boolean {
  try {
    return localStorage.getItem(mark) !== null;
  } catch {
    return false;
  }
}

export function forgetUnfinished() {
  if (list.length === 0) remember();
}

export const transfers = {
  all: () => list,
  get: (id: string) => list.find((t) => t.id === id),
  byKey: (key: string) => list.find((t) => t.key === key),
  add(added: Transfer[]) {
    publish([...list, ...added]);
    remember();
  },
  update(id: string, patch: Partial<Transfer>) {
    publish(list.map((t) => (t.id === id ? { ...t, ...patch } : t)));
    if (patch.status) remember();
  },
  remove(ids: ReadonlySet<string>) {
    publish(list.filter((t) => !ids.has(t.id)));
    remember();
  },
  /** Says a change to those who listen to the page instead of seeing it. */
  announce(text: string) {
    announcement = text;
    publish([...list]);
  },
};

function watch(watcher: () => void) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useTransfers(): readonly Transfer[] {
  return useSyncExternalStore(watch, () => list);
}

export function useAnnouncement(): string {
  return useSyncExternalStore(watch, () => announcement);
}
