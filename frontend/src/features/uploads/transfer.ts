/** What is happening to an upload of this browser. */
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
 * One file on its way from this browser to the server: plain data that tabs send each other and IndexedDB
 * stores. Its bytes are with the queue. Sizes are bytes, times milliseconds since the epoch.
 */
export interface Transfer {
  /** Unique among the tabs of this browser. */
  id: string;
  /** The tab that uploads it. */
  tab: string;
  name: string;
  size: number;
  type: string;
  /** The path within a folder, "" for a single file. */
  path: string;
  lastModified: number;
  status: Status;
  sent: number;
  /** Bytes per second; null while it is not known. */
  speed: number | null;
  /** When bytes last moved; null unless it is uploading. */
  movedAt: number | null;
  /** Why it was refused, failed or is tried again, in words. */
  reason: string;
  /** Whether trying again cannot help. */
  final: boolean;
  retryAt: number | null;
  uploadUrl: string | null;
  /** The last segment of its URL on the server, as soon as it has one. */
  uploadId: string | null;
  /** When a request that carried the whole file may have stored it without an answer to tell. */
  unansweredAt: number | null;
}

let last = 0;

/** Returns a transfer that has only just been asked for. */
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
/** Whether it failed or was refused. */
export const isStopped = (t: Transfer) => t.status === "failed" || t.status === "refused";
/** Whether trying again may help. */
export const isRetriable = (t: Transfer) => isStopped(t) && !t.final;
/** Whether a restart has left it without its bytes. */
export const needsFile = (t: Transfer) => needs.has(t.status);

/** The groups of the tray, in their order. */
export const groups = ["needs", "moving", "waiting", "done"] as const;
export type Group = (typeof groups)[number];

export function groupOf(t: Transfer): Group {
  if (t.status === "done") return "done";
  if (isStopped(t) || needsFile(t)) return "needs";
  const untouched = t.status === "checking" || t.status === "waiting" || t.status === "paused";
  return untouched && t.sent === 0 ? "waiting" : "moving";
}

/** The id that ends a URL's path; what follows it is its secret. */
export function idOf(url: string | null): string | null {
  return url?.split("?")[0]?.split("/").at(-1) ?? null;
}
