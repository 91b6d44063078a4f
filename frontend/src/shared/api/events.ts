import { useEffect } from "react";
import { createStore, useStore } from "../store";
import type { HubMessage, TabMessage } from "./hub";
import type { Connection } from "./stream";
import type { Events } from "./types";

// The server's events. All tabs of a browser share one event stream, which a shared worker holds; in a browser
// without shared workers each visible tab has its own.

type Listener<K extends keyof Events> = (data: Events[K]) => void;

const listeners = new Map<string, Set<Listener<never>>>();
const connection = createStore<Connection>("connecting");
let send: (message: TabMessage) => void = () => undefined;
/** The number of heartbeats that this tab has sent since the hub's last message. */
let unanswered = 0;

function receive(message: HubMessage) {
  unanswered = 0;
  if ("name" in message) {
    for (const listener of listeners.get(message.name) ?? [])
      (listener as Listener<never>)(message.data as never);
  } else connection.set(message.connection);
}

/** The interval of a visible tab's heartbeat, in milliseconds. */
const heartbeatInterval = 10_000;

async function connectOwnHub() {
  const { Hub } = await import("./hub");
  const hub = new Hub("/api/v1/events");
  const port = { postMessage: receive };
  send = (message) => hub.receive(port, message);
  heartbeat();
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
    // The worker's script could not be loaded.
    if (send !== toWorker) return;
    worker.port.close();
    void connectOwnHub().catch(() => undefined);
  };
}

/** Whether this tab has loaded nothing yet. */
let first = true;

/** Tells the hub that this tab is visible. If two in a row have no answer, the worker is gone. */
function heartbeat() {
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

/** Follows the server's events while the page is visible. Call it once, before anything is loaded. */
export function startEvents() {
  connect();
  heartbeat();
  // A tab opened in the background gets no events yet, so what it loads may be outdated when it becomes visible.
  first = false;
  setInterval(heartbeat, heartbeatInterval);
  document.addEventListener("visibilitychange", heartbeat);
  window.addEventListener("pageshow", (event) => event.persisted && heartbeat());
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

/** Calls `listener` when the state of the stream changes. */
export const watchConnection = connection.subscribe;

/** Calls `listener` each time the stream is open again after it was lost. */
export function onReconnect(listener: () => void): () => void {
  let lost = connection.get() === "lost";
  return watchConnection(() => {
    if (connection.get() === "lost") lost = true;
    if (connection.get() !== "open" || !lost) return;
    lost = false;
    listener();
  });
}

export const getConnection = connection.get;

export function useConnection(): Connection {
  return useStore(connection);
}
