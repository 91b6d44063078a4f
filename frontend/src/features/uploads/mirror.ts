import { type Change, transfers } from "./store";
import { hasPeers, listen, onTabGone, send, tab } from "./tabs";
import { isMoving, type Transfer } from "./transfer";

// All tabs of a browser show the same uploads: each tab sends the changes of its own to the others.

/** The interval in which changes are sent, in milliseconds. */
const sendInterval = 250;
/** The most transfers in one message. */
const batchSize = 1000;

interface Rows {
  rows: Transfer[];
  removed: string[];
  moving: number;
}

const changed = new Set<string>();
/** The number of uploads under way in each other tab. */
const movingInTabs = new Map<string, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Returns the number of other tabs that are uploading. */
export function otherUploadingTabs(): number {
  let tabs = 0;
  for (const count of movingInTabs.values()) if (count > 0) tabs++;
  return tabs;
}

let ownMoving = 0;

function note({ before, after }: Change) {
  const t = after ?? before;
  if (t?.tab !== tab && before?.tab !== tab) return;
  if (before?.tab === tab && isMoving(before)) ownMoving--;
  if (after?.tab === tab && isMoving(after)) ownMoving++;
  if (!hasPeers() || !t || (after && after.tab !== tab)) return;
  changed.add(t.id);
  if (!timer) timer = setTimeout(sendChanges, sendInterval);
}

function sendChanges() {
  timer = undefined;
  const ids = [...changed];
  changed.clear();
  post(ids);
}

function post(ids: string[], to?: string) {
  for (let from = 0; from === 0 || from < ids.length; from += batchSize) {
    const some = ids.slice(from, from + batchSize);
    const rows = some.map((id) => transfers.get(id)).filter((t) => t?.tab === tab);
    const removed = some.filter((id) => !transfers.get(id));
    send({ kind: "rows", rows, removed, moving: ownMoving }, to);
  }
}

/** Sends this tab's transfers to the others, and shows theirs. */
export function startMirror() {
  transfers.observe(note);
  const all = (to: string) =>
    post(
      [...transfers.values()].filter((t) => t.tab === tab).map((t) => t.id),
      to,
    );
  listen("hello", (_, from) => all(from));
  listen<Rows>("rows", ({ rows, removed, moving }, from) => {
    movingInTabs.set(from, moving);
    for (const row of rows) transfers.set(row);
    for (const id of removed) if (transfers.get(id)?.tab === from) transfers.remove(id);
  });
  onTabGone((id) => {
    movingInTabs.delete(id);
    for (const t of [...transfers.values()]) if (t.tab === id) transfers.remove(t.id);
  });
  send({ kind: "hello" });
}
