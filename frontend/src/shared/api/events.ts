import { useEffect, useSyncExternalStore } from "react";
import type { Events } from "./types";

// One stream for the whole page. It rests while the page is hidden, because a browser opens only six
// connections to a server over HTTP/1.1 and every open tab would keep one of them from the uploads.

type Listener<K extends keyof Events> = (data: Events[K]) => void;
export type Connection = "connecting" | "open" | "lost";

const listeners = new Map<string, Set<Listener<never>>>();
const watchers = new Set<() => void>();
const names: (keyof Events)[] = [
  "upload.started",
  "upload.progress",
  "upload.ended",
  "file.created",
  "file.changed",
  "file.deleted",
  "reset",
];
const restAfter = 20_000;
const longestWait = 15_000;

let source: EventSource | null = null;
let connection: Connection = "connecting";
let wait = 1000;
let gap = false;
let resting: ReturnType<typeof setTimeout> | undefined;

function tell<K extends keyof Events>(name: K, data: Events[K]) {
  for (const listener of listeners.get(name) ?? []) (listener as Listener<K>)(data);
}

function become(next: Connection) {
  if (next === connection) return;
  connection = next;
  for (const watcher of watchers) watcher();
}

function open() {
  if (source) return;
  const stream = new EventSource("/api/v1/events");
  source = stream;
  stream.onopen = () => {
    wait = 1000;
    become("open");
    // A new stream can't say what was missed since the old one.
    if (gap) tell("reset", {});
    gap = false;
  };
  stream.onerror = () => {
    become("lost");
    // The browser tries again by itself, unless the answer was an error status.
    if (stream.readyState !== EventSource.CLOSED) return;
    close();
    setTimeout(open, wait);
    wait = Math.min(wait * 2, longestWait);
  };
  for (const name of names) {
    stream.addEventListener(name, (event) => {
      tell(name, JSON.parse((event as MessageEvent<string>).data));
    });
  }
}

function close() {
  source?.close();
  source = null;
  gap = true;
}

/** Opens the stream; called once by the shell. */
export function startEvents() {
  open();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(resting);
    if (document.hidden) resting = setTimeout(close, restAfter);
    else open();
  });
  window.addEventListener("online", () => {
    close();
    open();
  });
}

export function subscribe<K extends keyof Events>(name: K, listener: Listener<K>): () => void {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set);
  set.add(listener as Listener<never>);
  return () => set.delete(listener as Listener<never>);
}

/** Calls `listener` for every event of that name; `listener` must be stable. */
export function useEvent<K extends keyof Events>(name: K, listener: Listener<K>) {
  useEffect(() => subscribe(name, listener), [name, listener]);
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connection,
  );
}
