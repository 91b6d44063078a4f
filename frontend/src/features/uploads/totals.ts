import { isMoving, isRetriable, isStopped, needsFile, type Transfer } from "./transfer";

/** The totals over all transfers. What is refused, failed, cancelled or without its file is not in the bytes. */
export interface Totals {
  count: number;
  moving: number;
  /** Those of `moving` that some request is sending now. */
  sending: number;
  paused: number;
  stopped: number;
  retriable: number;
  needFile: number;
  /** Those of `needFile` that one click continues. */
  needClick: number;
  cancelled: number;
  done: number;
  bytes: number;
  sent: number;
  /** Bytes per second; only those that move add to it. */
  speed: number;
}

export const zero: Totals = {
  count: 0,
  moving: 0,
  sending: 0,
  paused: 0,
  stopped: 0,
  retriable: 0,
  needFile: 0,
  needClick: 0,
  cancelled: 0,
  done: 0,
  bytes: 0,
  sent: 0,
  speed: 0,
};

/** Adds a transfer to the totals, or takes it away with `sign` -1. */
export function count(totals: Totals, t: Transfer, sign: 1 | -1 = 1) {
  const add = (key: keyof Totals, n: number | boolean) => {
    totals[key] += sign * Number(n);
  };
  add("count", 1);
  add("moving", isMoving(t));
  add("sending", t.status === "uploading" || t.status === "finishing");
  add("paused", t.status === "paused");
  add("stopped", isStopped(t));
  add("retriable", isRetriable(t));
  add("needFile", needsFile(t));
  add("needClick", t.status === "needs-click");
  add("cancelled", t.status === "cancelled");
  add("done", t.status === "done");
  if (!isMoving(t) && t.status !== "paused" && t.status !== "done") return;
  add("bytes", t.size);
  add("sent", t.status === "done" ? t.size : t.sent);
  if (isMoving(t)) add("speed", t.speed ?? 0);
}

/** How many seconds until all is sent; null while that can't be told. */
export function secondsLeft(t: Totals): number | null {
  return t.moving > 0 && t.speed >= 1 ? (t.bytes - t.sent) / t.speed : null;
}
