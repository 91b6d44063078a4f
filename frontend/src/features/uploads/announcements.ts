import { useSyncExternalStore } from "react";
import { plural } from "@/shared/format/bytes";
import { transfers } from "./store";

// What is said to those who listen to the page instead of seeing it: counts, and not too often.

/** At least so long between two announcements, in milliseconds. */
const pace = 10_000;

let text = "";
let said = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;
const ended = { done: 0, stopped: 0 };
const watchers = new Set<() => void>();

function say(words: string) {
  said = performance.now();
  text = words;
  for (const watcher of watchers) watcher();
}

/** Announces new files at once: it answers what somebody has just done. */
export function announceAdded(count: number, name: string) {
  say(`${count === 1 ? name : plural(count, "file")} added`);
}

/** Counts a transfer that has ended into the next announcement. */
export function announceEnded(id: string) {
  if (transfers.get(id)?.status === "done") ended.done++;
  else ended.stopped++;
  if (!timer) timer = setTimeout(tell, Math.max(0, said + pace - performance.now()));
}

function tell() {
  timer = undefined;
  const parts = [];
  if (ended.done > 0) parts.push(`${plural(ended.done, "file")} uploaded`);
  if (ended.stopped > 0) parts.push(`${plural(ended.stopped, "file")} not uploaded`);
  const { moving } = transfers.totals();
  if (moving > 0) parts.push(`${moving} left`);
  ended.done = 0;
  ended.stopped = 0;
  say(parts.join(", "));
}

export function useAnnouncement(): string {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => text,
  );
}
