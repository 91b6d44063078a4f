/** What is happening to an upload of this browser. */
export type Status =
  | "checking"
  | "waiting"
  | "uploading"
  | "finishing"
  | "retrying"
  | "paused"
  | "needs-file"
  | "refused"
  | "failed"
  | "done";

/** One file on its way from this browser to the server. Sizes are bytes, times milliseconds since the epoch. */
export interface Transfer {
  id: string;
  /** The engine's name for it; null before the engine has it and after it let go. */
  key: string | null;
  name: string;
  size: number;
  type: string;
  /** The path within a dropped folder, "" for a single file. */
  path: string;
  status: Status;
  sent: number;
  /** Bytes per second; null while it is not known. */
  speed: number | null;
  /** Why it was refused, failed or is tried again, in words. */
  reason: string;
  retryAt: number | null;
  /** The last segment of its URL on the server, as soon as it has one. */
  uploadId: string | null;
  /** The bytes; null for what a restart has lost. */
  file: File | null;
}

let lastId = 0;

/** A transfer that has only just been asked for. */
export function blank(name: string, size: number, type: string, path: string): Transfer {
  return {
    id: String(++lastId),
    key: null,
    name,
    size,
    type,
    path,
    status: "checking",
    sent: 0,
    speed: null,
    reason: "",
    retryAt: null,
    uploadId: null,
    file: null,
  };
}

const ended = new Set<Status>(["done", "refused", "failed"]);
const moving = new Set<Status>(["checking", "waiting", "uploading", "finishing", "retrying"]);

export const isEnded = (t: Transfer) => ended.has(t.status);
export const isMoving = (t: Transfer) => moving.has(t.status);
/** Failed or refused: it can be tried again. */
export const isStopped = (t: Transfer) => t.status === "failed" || t.status === "refused";

export interface Summary {
  count: number;
  moving: number;
  paused: number;
  stopped: number;
  needFile: number;
  done: number;
  bytes: number;
  sent: number;
  speed: number | null;
  /** Seconds until all is sent; null while it can't be told. */
  left: number | null;
}

/** The totals over all transfers; what was refused or failed does not count into the bytes. */
export function summarise(list: readonly Transfer[]): Summary {
  const s: Summary = {
    count: list.length,
    moving: list.filter(isMoving).length,
    paused: list.filter((t) => t.status === "paused").length,
    stopped: list.filter(isStopped).length,
    needFile: list.filter((t) => t.status === "needs-file").length,
    done: list.filter((t) => t.status === "done").length,
    bytes: 0,
    sent: 0,
    speed: null,
    left: null,
  };
  for (const t of list) {
    if (isStopped(t)) continue;
    s.bytes += t.size;
    s.sent += t.status === "done" ? t.size : t.sent;
    if (isMoving(t) && t.speed !== null) s.speed = (s.speed ?? 0) + t.speed;
  }
  if (s.moving > 0 && s.speed !== null && s.speed > 0) s.left = (s.bytes - s.sent) / s.speed;
  return s;
}
