import { plural } from "@/shared/format/bytes";
import { createStore, useStore } from "@/shared/store";
import { transfers } from "./store";

// Announcements for screen readers: counts, and not too often.

/** The shortest time between two announcements, in milliseconds. */
const minInterval = 10_000;

const announcement = createStore("");
let announcedAt = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;
const ended = { done: 0, stopped: 0 };

function announce(text: string) {
  announcedAt = performance.now();
  announcement.set(text);
}

/** Announces new files at once, because somebody has just added them. */
export function announceAdded(count: number, name: string) {
  announce(`${count === 1 ? name : plural(count, "file")} added`);
}

/** Counts a transfer that has ended in the next announcement. */
export function announceEnded(id: string) {
  if (transfers.get(id)?.status === "done") ended.done++;
  else ended.stopped++;
  if (!timer) timer = setTimeout(announceCounts, Math.max(0, announcedAt + minInterval - performance.now()));
}

function announceCounts() {
  timer = undefined;
  const parts = [];
  if (ended.done > 0) parts.push(`${plural(ended.done, "file")} uploaded`);
  if (ended.stopped > 0) parts.push(`${plural(ended.stopped, "file")} not uploaded`);
  const { moving } = transfers.totals();
  if (moving > 0) parts.push(`${moving} left`);
  ended.done = 0;
  ended.stopped = 0;
  announce(parts.join(", "));
}

export const useAnnouncement = () => useStore(announcement);
