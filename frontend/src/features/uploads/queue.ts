import { onReconnect } from "@/shared/api/events";
import { importWithRetry } from "@/shared/lazy";
import type { Failure, Listener, sendFile } from "./engine";
import { unreadable } from "./handles";
import { copyOf, type Source, survivesRestart } from "./memory";
import { Meter } from "./meter";
import { findStored, serverInfo } from "./server";
import { transfers } from "./store";
import { idOf, isMoving, type Transfer } from "./transfer";
import { staleAfter } from "./words";

// The upload queue of this tab: it holds the source of each transfer, starts transfers in turn, and retries those
// that have failed.

/**
 * The number of files sent at the same time. Over HTTP/1.1 a browser opens only six connections to a server, and
 * events and lists need some of them. A small file is one short request, so five of those leave enough room.
 */
const maxLarge = 3;
const maxSmall = 5;
/** Files up to this size, in bytes, are sent in one request. The server stores such a file whole or not at all. */
const wholeSize = 256 * 1024;

/** Delays before a retry, in milliseconds; the last one repeats. */
const retryDelays = [500, 1000, 2000, 4000, 8000, 15_000];
/** How long an upload is retried while the server stores no further byte of it. */
const giveUpAfter = 60 * 60_000;
/** How long an upload may make no progress before its connection counts as dead. */
const stallTimeout = 45_000;
/** The same just after the network has come back, when most of the old connections are dead. */
const stallTimeoutAfterReturn = 2000;

/** A transfer that is being sent. */
interface Active {
  meter: Meter;
  stop: () => void;
  size: number;
}

/** The failures of a transfer since the server last stored bytes of it. */
interface RetryState {
  failures: number;
  since: number;
  stored: number;
}

const sources = new Map<string, Source>();
const waiting = new Set<string>();
/** Waiting transfers that have begun already, which go first. */
const begun = new Set<string>();
const active = new Map<string, Active>();
const retryStates = new Map<string, RetryState>();
const retryTimers = new Map<string, ReturnType<typeof setTimeout>>();
/** The requests without a response since the last response, and the time until which nothing is sent. */
const outage = { failures: 0, until: 0 };
let engine: Promise<{ sendFile: typeof sendFile }> | null = null;
let endpoint = "/files/";
let otherTabs: () => number = () => 0;
let onEnd: (id: string) => void = () => undefined;

export const sourceOf = (id: string) => sources.get(id);

/** Sets how the queue learns how many other tabs are uploading, and what it calls when a transfer has ended. */
export function configure(options: { otherTabs: () => number; onEnd: (id: string) => void }) {
  otherTabs = options.otherTabs;
  onEnd = options.onEnd;
}

/** Sets the source of a transfer without starting it. */
export function setSource(id: string, source: Source) {
  sources.set(id, source);
}

/** Queues a transfer; with `first` it goes before those that have not begun. */
export function enqueue(id: string, source?: Partial<Source>, first = false) {
  const known = sources.get(id);
  sources.set(id, {
    file: source?.file ?? known?.file ?? null,
    handle: source?.handle ?? known?.handle ?? null,
  });
  transfers.update(id, {
    status: "waiting",
    speed: null,
    movedAt: null,
    retryAt: null,
    reason: "",
    final: false,
  });
  (first ? begun : waiting).add(id);
  startSoon();
}

/** Stops a transfer and takes it out of the queue. What the server has of it stays there. */
export function stop(id: string) {
  waiting.delete(id);
  begun.delete(id);
  clearTimeout(retryTimers.get(id));
  retryTimers.delete(id);
  const entry = active.get(id);
  if (!entry) return;
  entry.stop();
  deactivate(id);
}

/** Stops a transfer and forgets its source. */
export function remove(id: string) {
  stop(id);
  sources.delete(id);
  retryStates.delete(id);
}

/** Restarts a transfer at once that waits for its retry, or whose connection seems dead. */
export function restart(id: string) {
  stop(id);
  outage.until = 0;
  enqueue(id, undefined, true);
}

let scheduled = false;
function startSoon() {
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    startNext();
  });
}

let delayed: ReturnType<typeof setTimeout> | undefined;
/** Starts waiting transfers, as many as may be sent now. */
function startNext() {
  clearTimeout(delayed);
  const delay = outage.until - Date.now();
  if (delay > 0) {
    delayed = setTimeout(startNext, delay);
    return;
  }
  for (;;) {
    const id = begun.values().next().value ?? waiting.values().next().value;
    if (id === undefined) return;
    const t = transfers.get(id);
    if (t && active.size >= limitFor(t)) return;
    begun.delete(id);
    waiting.delete(id);
    if (t?.status === "waiting") start(t);
  }
}

/** Returns how many transfers may be active for this one to start. */
function limitFor(t: Transfer): number {
  // During an outage one request is enough to find out whether the server is back.
  if (outage.failures > 0) return 1;
  const isSmall = t.size <= wholeSize && [...active.values()].every(({ size }) => size <= wholeSize);
  return Math.max(1, Math.floor((isSmall ? maxSmall : maxLarge) / (1 + otherTabs())));
}

function start(t: Transfer) {
  const entry: Active = { meter: new Meter(), size: t.size, stop: () => undefined };
  active.set(t.id, entry);
  transfers.update(t.id, { status: "uploading", movedAt: Date.now() });
  void send(t.id, entry).catch((error) => {
    if (active.get(t.id) !== entry) return;
    deactivate(t.id);
    end(t.id, { status: "failed", reason: error instanceof Error ? error.message : String(error) });
  });
}

function loadEngine() {
  engine ??= Promise.all([importWithRetry(() => import("./engine")), serverInfo()])
    .then(([loaded, info]) => {
      endpoint = new URL(info?.tus_endpoint ?? "/files/", window.location.href).href;
      return loaded;
    })
    .catch((cause) => {
      engine = null;
      throw cause;
    });
  return engine;
}

async function send(id: string, entry: Active) {
  const listener = listenerFor(id, entry);
  const wasStopped = () => active.get(id) !== entry;
  const loaded = await loadEngine().catch(() => null);
  if (wasStopped()) return;
  if (!loaded) return listener.failed({ status: 0, text: "", retryAfter: null });
  const file = await fileOf(id);
  const t = transfers.get(id);
  if (wasStopped() || !t) return;
  if (!file) {
    deactivate(id);
    transfers.update(id, { status: "needs-file", speed: null, movedAt: null });
    return;
  }
  if (t.unansweredAt !== null) {
    let stored: string | null;
    try {
      stored = await findStored(t, file);
    } catch {
      if (!wasStopped()) listener.failed({ status: 0, text: "", retryAfter: null });
      return;
    }
    if (wasStopped()) return;
    if (stored) return listener.done(new URL(stored, endpoint).href);
  }
  const whole = t.size <= wholeSize && t.uploadUrl === null && t.unansweredAt === null;
  if (whole) transfers.update(id, { unansweredAt: Date.now() });
  else if (t.unansweredAt !== null) transfers.update(id, { unansweredAt: null });
  entry.stop = loaded.sendFile(
    { endpoint, file, name: t.name, path: t.path, uploadUrl: t.uploadUrl, whole },
    listener,
  );
}

async function fileOf(id: string): Promise<File | null> {
  const source = sources.get(id);
  if (source?.file) return source.file;
  const file = await copyOf(id);
  if (file && source) source.file = file;
  return file;
}

function deactivate(id: string) {
  active.delete(id);
  startSoon();
}

function end(id: string, patch: Partial<Transfer>) {
  stop(id);
  retryStates.delete(id);
  // A failed transfer keeps its source, because it may be retried.
  if (patch.status === "done") sources.delete(id);
  transfers.update(id, { speed: null, movedAt: null, retryAt: null, unansweredAt: null, ...patch });
  onEnd(id);
}

function listenerFor(id: string, entry: Active): Listener {
  const current = () => (active.get(id) === entry ? transfers.get(id) : undefined);
  return {
    progress(sent, uploadUrl) {
      const t = current();
      if (!t) return;
      const now = Date.now();
      const moved = sent !== t.sent || t.movedAt === null;
      const url = uploadUrl ?? t.uploadUrl;
      transfers.update(id, {
        sent,
        speed: entry.meter.add(sent, now),
        movedAt: moved ? now : t.movedAt,
        status: sent >= t.size ? "finishing" : "uploading",
        uploadUrl: url,
        uploadId: idOf(url),
      });
    },
    resumed(offset) {
      if (!current()) return;
      noteResponse();
      const state = retryStates.get(id);
      if (state && offset > state.stored)
        retryStates.set(id, { failures: 0, since: Date.now(), stored: offset });
    },
    done(uploadUrl) {
      const t = current();
      if (!t) return;
      noteResponse();
      end(id, { status: "done", sent: t.size, uploadUrl: null, uploadId: idOf(uploadUrl) ?? t.uploadId });
    },
    failed(failure) {
      if (current()) void fail(id, entry, failure);
    },
  };
}

/** Ends an outage: the server has responded. */
function noteResponse() {
  if (outage.failures === 0) return;
  outage.failures = 0;
  outage.until = 0;
  startSoon();
}

/** Ends a transfer whose request has failed, or schedules its retry. */
async function fail(id: string, entry: Active, { status, text, retryAfter }: Failure) {
  const file = sources.get(id)?.file;
  if (status === 0 && file && !(await isReadable(file))) {
    if (active.get(id) !== entry) return;
    end(id, { status: "failed", final: true, reason: unreadable });
    return;
  }
  const t = transfers.get(id);
  if (active.get(id) !== entry || !t) return;
  if (status !== 0) transfers.update(id, { unansweredAt: null });
  if (status === 507) return end(id, { status: "failed", reason: "no space left on the server" });
  if (status >= 400 && status < 500 && ![408, 409, 423, 425, 429].includes(status)) {
    const temporary = status === 401 || status === 403 || status === 404 || status === 410;
    return end(id, { status: "refused", reason: text, final: !temporary, uploadUrl: null });
  }
  const state = retryStates.get(id) ?? { failures: 0, since: Date.now(), stored: t.sent };
  if (Date.now() - state.since > giveUpAfter) {
    return end(id, { status: "failed", reason: `upload stopped: ${reasonFor(status)}` });
  }
  retryStates.set(id, { ...state, failures: state.failures + 1 });
  const failures = status === 0 ? ++outage.failures : state.failures + 1;
  const delay = (retryAfter ?? 0) * 1000 || (retryDelays[Math.min(failures, retryDelays.length) - 1] ?? 0);
  if (status === 0) outage.until = Date.now() + delay;
  deactivate(id);
  retryLater(id, status, delay);
}

/** Reports whether a file can be read. A browser can no longer read a file that has changed on disk. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function retryLater(id: string, status: number, delay: number) {
  transfers.update(id, {
    status: "retrying",
    reason: reasonFor(status),
    speed: null,
    movedAt: null,
    retryAt: navigator.onLine ? Date.now() + delay : null,
  });
  retryTimers.set(
    id,
    setTimeout(() => retryNow(id), delay),
  );
}

function retryNow(id: string) {
  clearTimeout(retryTimers.get(id));
  retryTimers.delete(id);
  begun.add(id);
  transfers.update(id, { status: "waiting", retryAt: null });
  startSoon();
}

function reasonFor(status: number): string {
  if (!navigator.onLine) return "You are offline";
  if (status === 0) return "Connection lost";
  if (status === 423) return "The server is still finishing an earlier request";
  return `The server answered ${status}`;
}

/** Reports whether a transfer is under way whose file would have to be selected again after a restart. */
export function wouldLoseFiles(): boolean {
  for (const id of sources.keys()) {
    const t = transfers.get(id);
    if (t && isMoving(t) && !survivesRestart(id)) return true;
  }
  return false;
}

function restartStalled(timeout: number) {
  const now = Date.now();
  for (const id of active.keys()) {
    const t = transfers.get(id);
    if (t?.movedAt && now - t.movedAt > timeout) restart(id);
  }
}

setInterval(() => {
  const now = Date.now();
  for (const [id, entry] of active) {
    const t = transfers.get(id);
    if (!t?.movedAt || now - t.movedAt < staleAfter || t.speed === null) continue;
    entry.meter.reset();
    transfers.update(id, { speed: null });
  }
  if (navigator.onLine) restartStalled(stallTimeout);
}, 1000);

/** Retries all transfers at once: the network is back, or the server. */
function retryAllNow() {
  restartStalled(stallTimeoutAfterReturn);
  outage.until = 0;
  for (const id of [...retryTimers.keys()]) retryNow(id);
  startSoon();
}

window.addEventListener("online", retryAllNow);
onReconnect(retryAllNow);
window.addEventListener("offline", () => {
  for (const id of retryTimers.keys()) transfers.update(id, { reason: reasonFor(0), retryAt: null });
});
