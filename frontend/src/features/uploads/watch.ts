/** How long an upload may stand still before its connection counts as dead, in milliseconds. */
const patience = 45_000;
/** The same just after the network came back, when most of the old connections are dead. */
const patienceAfterReturn = 2000;
const every = 5000;

const moved = new Map<string, number>();

export function sawProgress(id: string) {
  moved.set(id, Date.now());
}

/**
 * Calls `restart` for uploads whose bytes stand still. A connection whose other end is gone tells nobody:
 * without this an upload could wait many minutes for the system to notice.
 */
export function watchStalls(sending: () => string[], restart: (id: string) => void) {
  const check = (limit: number) => {
    const now = Date.now();
    for (const id of sending()) {
      const last = moved.get(id) ?? now;
      moved.set(id, last);
      if (now - last < limit) continue;
      moved.set(id, now);
      restart(id);
    }
  };
  setInterval(() => {
    if (navigator.onLine) check(patience);
  }, every);
  window.addEventListener("online", () => check(patienceAfterReturn));
}
