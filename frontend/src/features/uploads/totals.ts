import { isMoving, isRetriable, isStopped, needsFile, type Transfer } from "./transfer";

/** The totals of all transfers. The bytes exclude those that are refused, failed, cancelled or need their file. */
export interface Totals {
  count: number;
  moving: number;
  /** The number of those in `moving` that are being sent now. */
  sending: number;
  paused: number;
  stopped: number;
  retriable: number;
  needFile: number;
  /** The number of those in `needFile` that one click resumes. */
  needClick: number;
  cancelled: number;
  done: number;
  bytes: number;
  sent: number;
  /** Bytes per second of those in `moving`. */
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

/** Adds a transfer to the totals, or subtracts it with `sign` -1. */
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

/** Returns the seconds until everything is sent, or null while that is unknown. */
export function secondsLeft(t: Totals): number | null {
  return t.moving > 0 && t.speed >= 1 ? (t.bytes - t.sent) / t.speed : null;
}
