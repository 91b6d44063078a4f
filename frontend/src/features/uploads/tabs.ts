// The tabs of this browser that have the page open: which of them live, and what they tell each other.

/** This tab's id. No other tab ever has it, not even this one after a reload. */
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

/** How long a tab may take to answer where the browser has no locks, in milliseconds. */
const rollCall = 400;

/** The other tabs that are open, as far as this one has heard. */
export const hasPeers = () => peers.size > 0;

export function send(body: Body, to?: string) {
  channel?.postMessage({ ...body, from: tab, to });
}

/** Calls `listener` for what other tabs send under this kind; there is one listener for each kind. */
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

/** Notes that a tab is there, and waits for its end. */
export function meet(id: string) {
  if (id === tab || peers.has(id)) return;
  peers.add(id);
  // A tab holds its lock until it is closed, however that happens.
  void navigator.locks?.request(lockOf(id), { mode: "shared" }, () => gone(id));
}

/** Fulfilled when this tab counts as living for the others. */
export const present: Promise<void> = new Promise((ready) => {
  if (!navigator.locks) ready();
  else {
    const held = () => {
      ready();
      return new Promise<void>(() => undefined);
    };
    navigator.locks.request(lockOf(tab), held).catch(() => ready());
  }
});

/** Returns the ids of these tabs that are open. */
export async function living(ids: Iterable<string>): Promise<Set<string>> {
  const asked = [...ids];
  if (asked.length === 0) return new Set();
  if (navigator.locks) {
    const { held = [] } = await navigator.locks.query();
    const names = new Set(held.map((lock) => lock.name));
    return new Set(asked.filter((id) => names.has(lockOf(id))));
  }
  send({ kind: "hello" });
  await new Promise((resolve) => setTimeout(resolve, rollCall));
  return new Set(asked.filter((id) => peers.has(id)));
}

channel?.addEventListener("message", ({ data }: MessageEvent<Body & { from: string; to?: string }>) => {
  if (data.to !== undefined && data.to !== tab) return;
  if (data.kind === "bye") {
    if (!navigator.locks) gone(data.from);
    return;
  }
  meet(data.from);
  if (data.kind === "hello") send({ kind: "here" }, data.from);
  (listeners.get(data.kind) as ((body: unknown, from: string) => void) | undefined)?.(data, data.from);
});
window.addEventListener("pagehide", () => send({ kind: "bye" }));
