import { watchReturn } from "@/shared/api/events";
import { importAgain } from "@/shared/lazy";
import type { carry, Failure, Reports } from "./engine";
import { unreadable } from "./handles";
import { copyOf, isKept, type Source } from "./memory";
import { Meter } from "./meter";
import { findStored, serverInfo } from "./server";
import { transfers } from "./store";
import { idOf, isMoving, type Transfer } from "./transfer";
import { staleAfter } from "./words";

// The queue of this tab. It owns where the bytes of each transfer are, whose turn it is, what the engine carries,
// and when what failed is tried again.

/**
 * How many files are sent at once. Over HTTP/1.1 a browser opens only six connections to a server, and the
 * events and lists need room. A small file is one short request, so there is time for one more of them.
 */
const large = 3;
const small = 5;
/** Files up to this size are sent in one request; the server stores such a file whole or not at all. */
const wholeSize = 256 * 1024;

/** Waits before trying again, in milliseconds; the last one repeats. */
const delays = [500, 1000, 2000, 4000, 8000, 15_000];
/** How long an upload is tried again without any byte stored. */
const patience = 60 * 60_000;
/** How long an upload may stand still before its connection counts as dead. */
const stallAfter = 45_000;
/** The same just after the network came back, when most of the old connections are dead. */
const stallAfterReturn = 2000;

/** A transfer that the engine has. */
interface Carried {
  meter: Meter;
  stop: () => void;
  size: number;
}

/** How often a transfer has failed since bytes were stored last. */
interface Trouble {
  failures: number;
  since: number;
  stored: number;
}

const sources = new Map<string, Source>();
const line = new Set<string>();
/** Transfers that have begun and go before the others. */
const front = new Set<string>();
const carried = new Map<string, Carried>();
const troubles = new Map<string, Trouble>();
/** The timers of those that are tried again later. */
const retries = new Map<string, ReturnType<typeof setTimeout>>();
/** How often in a row the server could not be reached, and until when nothing is sent for it. */
const road = { failures: 0, until: 0 };
let engine: Promise<{ carry: typeof carry }> | null = null;
let endpoint = "/files/";
let others: () => number = () => 0;
let finished: (id: string) => void = () => undefined;

export const sourceOf = (id: string) => sources.get(id);
/** How many files the engine has. */
export const carriedCount = () => carried.size;

/** Tells the queue how many other tabs are uploading, and calls `done` when a transfer has ended. */
export function setUp(options: { others: () => number; ended: (id: string) => void }) {
  others = options.others;
  finished = options.ended;
}

/** Notes where the bytes of a transfer are that does not move yet. */
export function hold(id: string, source: Source) {
  sources.set(id, source);
}

/** Puts a transfer in the line; `first` lets it go before those that have not begun. */
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
  (first ? front : line).add(id);
  pumpSoon();
}

/** Takes a transfer out of the line and off the engine; it keeps what the server has. */
export function release(id: string) {
  line.delete(id);
  front.delete(id);
  clearTimeout(retries.get(id));
  retries.delete(id);
  const had = carried.get(id);
  if (!had) return;
  had.stop();
  carried.delete(id);
  pumpSoon();
}

/** Forgets a transfer and its bytes. */
export function forget(id: string) {
  release(id);
  sources.delete(id);
  troubles.delete(id);
}

/** Tries a transfer that waits for its next try, or whose connection seems dead, at once. */
export function tryNow(id: string) {
  release(id);
  road.until = 0;
  enqueue(id, undefined, true);
}

let pumping = false;
function pumpSoon() {
  if (pumping) return;
  pumping = true;
  queueMicrotask(() => {
    pumping = false;
    pump();
  });
}

let later: ReturnType<typeof setTimeout> | undefined;
function pump() {
  clearTimeout(later);
  const wait = road.until - Date.now();
  if (wait > 0) {
    later = setTimeout(pump, wait);
    return;
  }
  for (;;) {
    const id = front.values().next().value ?? line.values().next().value;
    if (id === undefined) return;
    const t = transfers.get(id);
    if (t && carried.size >= limitFor(t)) return;
    front.delete(id);
    line.delete(id);
    if (t?.status === "waiting") start(t);
  }
}

function limitFor(t: Transfer): number {
  // While the server does not answer one try is enough to see whether it does again.
  if (road.failures > 0) return 1;
  const isSmall = t.size <= wholeSize && [...carried.values()].every(({ size }) => size <= wholeSize);
  return Math.max(1, Math.floor((isSmall ? small : large) / (1 + others())));
}

function start(t: Transfer) {
  const entry: Carried = { meter: new Meter(), size: t.size, stop: () => undefined };
  carried.set(t.id, entry);
  transfers.update(t.id, { status: "uploading", movedAt: Date.now() });
  void send(t.id, entry).catch((error) => {
    if (carried.get(t.id) !== entry) return;
    drop(t.id);
    end(t.id, { status: "failed", reason: error instanceof Error ? error.message : String(error) });
  });
}

function loadEngine() {
  engine ??= Promise.all([importAgain(() => import("./engine")), serverInfo()])
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

async function send(id: string, entry: Carried) {
  const reports = reportsFor(id, entry);
  const lost = () => carried.get(id) !== entry;
  const loaded = await loadEngine().catch(() => null);
  if (lost()) return;
  if (!loaded) return reports.failed({ status: 0, text: "", retryAfter: null });
  const file = await fileOf(id);
  const t = transfers.get(id);
  if (lost() || !t) return;
  if (!file) {
    drop(id);
    transfers.update(id, { status: "needs-file", speed: null, movedAt: null });
    return;
  }
  if (t.unansweredAt !== null) {
    let stored: string | null;
    try {
      stored = await findStored(t, file);
    } catch {
      if (!lost()) reports.failed({ status: 0, text: "", retryAfter: null });
      return;
    }
    if (lost()) return;
    if (stored) return reports.done(new URL(stored, endpoint).href);
  }
  const whole = t.size <= wholeSize && t.uploadUrl === null && t.unansweredAt === null;
  if (whole) transfers.update(id, { unansweredAt: Date.now() });
  else if (t.unansweredAt !== null) transfers.update(id, { unansweredAt: null });
  const stop = loaded.carry(
    { endpoint, file, name: t.name, path: t.path, uploadUrl: t.uploadUrl, whole },
    reports,
  );
  entry.stop = stop;
}

async function fileOf(id: string): Promise<File | null> {
  const source = sources.get(id);
  if (source?.file) return source.file;
  const file = await copyOf(id);
  if (file && source) source.file = file;
  return file;
}

function drop(id: string) {
  carried.delete(id);
  pumpSoon();
}

function end(id: string, patch: Partial<Transfer>) {
  release(id);
  troubles.delete(id);
  // What failed may be tried again.
  if (patch.status === "done") sources.delete(id);
  transfers.update(id, { speed: null, movedAt: null, retryAt: null, unansweredAt: null, ...patch });
  finished(id);
}

function reportsFor(id: string, entry: Carried): Reports {
  const current = () => (carried.get(id) === entry ? transfers.get(id) : undefined);
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
    stored(offset) {
      if (!current()) return;
      reached();
      const trouble = troubles.get(id);
      if (trouble && offset > trouble.stored)
        troubles.set(id, { failures: 0, since: Date.now(), stored: offset });
    },
    done(uploadUrl) {
      const t = current();
      if (!t) return;
      reached();
      end(id, { status: "done", sent: t.size, uploadUrl: null, uploadId: idOf(uploadUrl) ?? t.uploadId });
    },
    failed(failure) {
      if (current()) void fail(id, entry, failure);
    },
  };
}

/** The server has answered. */
function reached() {
  if (road.failures === 0) return;
  road.failures = 0;
  road.until = 0;
  pumpSoon();
}

async function fail(id: string, entry: Carried, { status, text, retryAfter }: Failure) {
  const file = sources.get(id)?.file;
  if (status === 0 && file && !(await isReadable(file))) {
    if (carried.get(id) !== entry) return;
    end(id, { status: "failed", final: true, reason: unreadable });
    return;
  }
  const t = transfers.get(id);
  if (carried.get(id) !== entry || !t) return;
  if (status !== 0) transfers.update(id, { unansweredAt: null });
  if (status === 507) return end(id, { status: "failed", reason: "no space left on the server" });
  if (status >= 400 && status < 500 && ![408, 409, 423, 425, 429].includes(status)) {
    const passing = status === 401 || status === 403 || status === 404 || status === 410;
    return end(id, { status: "refused", reason: text, final: !passing, uploadUrl: null });
  }
  const trouble = troubles.get(id) ?? { failures: 0, since: Date.now(), stored: t.sent };
  if (Date.now() - trouble.since > patience) {
    return end(id, { status: "failed", reason: `upload stopped: ${reasonFor(status)}` });
  }
  troubles.set(id, { ...trouble, failures: trouble.failures + 1 });
  const failures = status === 0 ? ++road.failures : trouble.failures + 1;
  const wait = (retryAfter ?? 0) * 1000 || (delays[Math.min(failures, delays.length) - 1] ?? 0);
  if (status === 0) road.until = Date.now() + wait;
  drop(id);
  retryLater(id, status, wait);
}

/** Reports whether the bytes of a file can be read. A browser refuses a file that has changed for good. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function retryLater(id: string, status: number, wait: number) {
  transfers.update(id, {
    status: "retrying",
    reason: reasonFor(status),
    speed: null,
    movedAt: null,
    retryAt: navigator.onLine ? Date.now() + wait : null,
  });
  retries.set(
    id,
    setTimeout(() => enqueueRetry(id), wait),
  );
}

function enqueueRetry(id: string) {
  clearTimeout(retries.get(id));
  retries.delete(id);
  front.add(id);
  transfers.update(id, { status: "waiting", retryAt: null });
  pumpSoon();
}

function reasonFor(status: number): string {
  if (!navigator.onLine) return "You are offline";
  if (status === 0) return "Connection lost";
  if (status === 423) return "The server is still finishing an earlier request";
  return `The server answered ${status}`;
}

/** Whether something moves that would have to be chosen again after a restart. */
export function wouldBeLost(): boolean {
  for (const id of sources.keys()) {
    const t = transfers.get(id);
    if (t && isMoving(t) && !isKept(id)) return true;
  }
  return false;
}

function restartStalled(limit: number) {
  const now = Date.now();
  for (const id of carried.keys()) {
    const t = transfers.get(id);
    if (t?.movedAt && now - t.movedAt > limit) tryNow(id);
  }
}

setInterval(() => {
  const now = Date.now();
  for (const [id, entry] of carried) {
    const t = transfers.get(id);
    if (!t?.movedAt || now - t.movedAt < staleAfter || t.speed === null) continue;
    entry.meter.reset();
    transfers.update(id, { speed: null });
  }
  if (navigator.onLine) restartStalled(stallAfter);
}, 1000);

/** Tries everything again at once: the network is back, or the server. */
function tryAllNow() {
  restartStalled(stallAfterReturn);
  road.until = 0;
  for (const id of [...retries.keys()]) enqueueRetry(id);
  pumpSoon();
}

window.addEventListener("online", tryAllNow);
watchReturn(tryAllNow);
window.addEventListener("offline", () => {
  for (const id of retries.keys()) transfers.update(id, { reason: reasonFor(0), retryAt: null });
});
