// The tabs of this browser that have the page open: which of them are open, and messages between them.

/** The id of this tab until it is reloaded. Ids are never reused. */
export const tab = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");

type Body = Record<string, unknown> & { kind: string };
type Listener = (body: never, from: string) => void;

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("pawl.uploads");
const listeners = new Map<string, Listener>();
const peers = new Set<string>();
const goneListeners = new Set<(id: string) => void>();
const lockOf = (id: string) => `pawl.tab.${id}`;

/** How long other tabs have to answer in a browser without locks, in milliseconds. */
const answerTimeout = 400;

/** Reports whether this tab knows of another open tab. */
export const hasPeers = () => peers.size > 0;

export function send(body: Body, to?: string) {
  channel?.postMessage({ ...body, from: tab, to });
}

/** Calls `listener` for messages of a kind from other tabs. Each kind has one listener. */
export function listen<T extends object>(kind: string, listener: (body: T, from: string) => void) {
  listeners.set(kind, listener as Listener);
}

/** Calls `listener` when another tab has been closed. */
export function onTabGone(listener: (id: string) => void) {
  goneListeners.add(listener);
}

function gone(id: string) {
  peers.delete(id);
  for (const listener of goneListeners) listener(id);
}

/** Notes that another tab is open, and waits until it closes. */
export function addPeer(id: string) {
  if (id === tab || peers.has(id)) return;
  peers.add(id);
  // The browser releases a tab's lock when the tab is closed, in whatever way.
  void navigator.locks?.request(lockOf(id), { mode: "shared" }, () => gone(id));
}

/** Resolves when this tab holds its lock, by which others see that it is open. */
export const lockHeld: Promise<void> = new Promise((ready) => {
  if (!navigator.locks) ready();
  else {
    const held = () => {
      ready();
      return new Promise<void>(() => undefined);
    };
    navigator.locks.request(lockOf(tab), held).catch(() => ready());
  }
});

/** Returns which of these tabs are open. */
export async function openTabs(ids: Iterable<string>): Promise<Set<string>> {
  const asked = [...ids];
  if (asked.length === 0) return new Set();
  if (navigator.locks) {
    const { held = [] } = await navigator.locks.query();
    const names = new Set(held.map((lock) => lock.name));
    return new Set(asked.filter((id) => names.has(lockOf(id))));
  }
  send({ kind: "hello" });
  await new Promise((resolve) => setTimeout(resolve, answerTimeout));
  return new Set(asked.filter((id) => peers.has(id)));
}

channel?.addEventListener("message", ({ data }: MessageEvent<Body & { from: string; to?: string }>) => {
  if (data.to !== undefined && data.to !== tab) return;
  if (data.kind === "bye") {
    if (!navigator.locks) gone(data.from);
    return;
  }
  addPeer(data.from);
  if (data.kind === "hello") send({ kind: "here" }, data.from);
  (listeners.get(data.kind) as ((body: unknown, from: string) => void) | undefined)?.(data, data.from);
});
window.addEventListener("pagehide", () => send({ kind: "bye" }));
