import { useEffect, useSyncExternalStore } from "react";
import type { HubMessage, TabMessage } from "./hub";
import type { Connection } from "./stream";
import type { Events } from "./types";

// What happens on the server, as it happens. All tabs of a browser share one stream, in a shared worker; a
// browser without shared workers has a stream for each visible tab.

type Listener<K extends keyof Events> = (data: Events[K]) => void;

const listeners = new Map<string, Set<Listener<never>>>();
const watchers = new Set<() => void>();
let connection: Connection = "connecting";
let send: (message: TabMessage) => void = () => undefined;
/** How often this tab spoke since the hub was last heard. */
let unanswered = 0;

function receive(message: HubMessage) {
  unanswered = 0;
  if ("name" in message) {
    for (const listener of listeners.get(message.name) ?? [])
      (listener as Listener<never>)(message.data as never);
  } else if (message.connection !== connection) {
    connection = message.connection;
    for (const watcher of watchers) watcher();
  }
}

/** How often a visible tab says that it is there, in milliseconds. */
const beat = 10_000;

async function connectOwnHub() {
  const { Hub } = await import("./hub");
  const hub = new Hub("/api/v1/events");
  const port = { postMessage: receive };
  send = (message) => hub.hear(port, message);
  say();
}

function connectSharedHub() {
  const worker = new SharedWorker(new URL("./hub.worker.ts", import.meta.url), {
    type: "module",
    name: "pawl",
  });
  worker.port.onmessage = (event: MessageEvent<HubMessage>) => receive(event.data);
  const toWorker = (message: TabMessage) => worker.port.postMessage(message);
  send = toWorker;
  worker.onerror = () => {
    // Its script could not be loaded.
    if (send !== toWorker) return;
    worker.port.close();
    void connectOwnHub().catch(() => undefined);
  };
}

/** Whether nothing has been loaded yet. */
let first = true;

/** Tells the hub that this tab is visible; without an answer to two of these the worker is gone. */
function say() {
  if (document.hidden) return;
  if (unanswered >= 2) {
    send("bye");
    connect();
  }
  unanswered++;
  send(first ? "fresh" : "here");
  first = false;
}

function connect() {
  unanswered = 0;
  if (typeof SharedWorker === "undefined") void connectOwnHub().catch(() => undefined);
  else connectSharedHub();
}

/** Follows the server's events while the page is visible; called once, before anything is loaded. */
export function startEvents() {
  connect();
  say();
  // In a tab that is opened in the background, what is loaded until it is looked at may be old by then.
  first = false;
  setInterval(say, beat);
  document.addEventListener("visibilitychange", say);
  window.addEventListener("pageshow", (event) => event.persisted && say());
  window.addEventListener("pagehide", () => send("bye"));
  window.addEventListener("online", () => send("retry"));
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

/** Calls `watcher` when the state of the stream changes. */
export function watchConnection(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Calls `listener` each time the stream is open again after it was lost. */
export function watchReturn(listener: () => void): () => void {
  let lost = connection === "lost";
  return watchConnection(() => {
    if (connection === "lost") lost = true;
    if (connection !== "open" || !lost) return;
    lost = false;
    listener();
  });
}

export const getConnection = () => connection;

export function useConnection(): Connection {
  return useSyncExternalStore(watchConnection, getConnection);
}
