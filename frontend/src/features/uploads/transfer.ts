/** The state of an upload of this browser. */
export type Status =
  | "checking"
  | "waiting"
  | "uploading"
  | "finishing"
  | "retrying"
  | "paused"
  | "needs-file"
  | "needs-click"
  | "cancelled"
  | "refused"
  | "failed"
  | "done";

/**
 * An upload of this browser, as plain data that can be sent to other tabs and stored in IndexedDB. The queue has the
 * file. Sizes are bytes, times milliseconds since the epoch.
 */
export interface Transfer {
  /** Unique among the tabs of this browser. */
  id: string;
  /** The tab that uploads it. */
  tab: string;
  name: string;
  size: number;
  type: string;
  /** The path within the uploaded folder, "" for a single file. */
  path: string;
  lastModified: number;
  status: Status;
  sent: number;
  /** Bytes per second, null while it is unknown. */
  speed: number | null;
  /** When it last made progress; null unless it is uploading. */
  movedAt: number | null;
  /** Why it was refused, has failed or is retried, for people. */
  reason: string;
  /** Whether a retry is useless. */
  final: boolean;
  retryAt: number | null;
  uploadUrl: string | null;
  /** The last segment of the path of its upload URL, null before it has one. */
  uploadId: string | null;
  /** When the whole file was sent in a request that has had no response: the server may have stored it. */
  unansweredAt: number | null;
}

let last = 0;

/** Returns a new transfer in the state "checking". */
export function newTransfer(tab: string, file: File, path: string): Transfer {
  return {
    id: `${tab}.${++last}`,
    tab,
    name: file.name,
    size: file.size,
    type: file.type,
    path,
    lastModified: file.lastModified,
    status: "checking",
    sent: 0,
    speed: null,
    movedAt: null,
    reason: "",
    final: false,
    retryAt: null,
    uploadUrl: null,
    uploadId: null,
    unansweredAt: null,
  };
}

const ended = new Set<Status>(["cancelled", "refused", "failed", "done"]);
const moving = new Set<Status>(["checking", "waiting", "uploading", "finishing", "retrying"]);
const needs = new Set<Status>(["needs-file", "needs-click"]);

export const isEnded = (t: Transfer) => ended.has(t.status);
export const isMoving = (t: Transfer) => moving.has(t.status);
/** Reports whether it has failed or was refused. */
export const isStopped = (t: Transfer) => t.status === "failed" || t.status === "refused";
/** Reports whether a retry may help. */
export const isRetriable = (t: Transfer) => isStopped(t) && !t.final;
/** Reports whether it has lost its file in a restart. */
export const needsFile = (t: Transfer) => needs.has(t.status);

/** The groups of the tray. */
export type Group = "needs" | "moving" | "waiting" | "done";

export function groupOf(t: Transfer): Group {
  if (t.status === "done") return "done";
  if (isStopped(t) || needsFile(t)) return "needs";
  const untouched = t.status === "checking" || t.status === "waiting" || t.status === "paused";
  return untouched && t.sent === 0 ? "waiting" : "moving";
}

/** Returns the upload id, which is the last segment of the URL's path; the query holds the upload token. */
export function idOf(url: string | null): string | null {
  return url?.split("?")[0]?.split("/").at(-1) ?? null;
}
