import { keptSize } from "./incoming";
import { type Change, transfers } from "./store";
import { living, meet, present, tab } from "./tabs";
import type { Transfer } from "./transfer";

// What a restart needs, in IndexedDB: each unfinished transfer, a copy of its file if that is not large, and
// the handle that opens the file again where the browser has such a thing. It is written a moment after things
// happen, so a file that comes and goes in between costs nothing.

const name = "pawl.uploads";
const records = "transfers";
const copies = "files";
const keptFor = 7 * 24 * 3600 * 1000;
const writeEvery = 300;
/** How much one round writes, so that many new files don't hold up the uploads. */
const recordsAtOnce = 500;
const copiesAtOnce = 20;
/** With more than this to copy the copies would cost more than the uploads: only a few are made at a time. */
const manyCopies = 100;
const fewCopies = 3;
/** How many bytes of copies may be kept in all. */
const most = 10 * keptSize;

interface Kept {
  transfer: Transfer;
  tab: string;
  handle: FileSystemFileHandle | null;
  addedAt: number;
}

/** A transfer that a tab has left, and what opens its file: its copy, or a handle. */
export interface Left {
  transfer: Transfer;
  addedAt: number;
  copied: boolean;
  handle: FileSystemFileHandle | null;
}

/** Where the bytes of this tab's transfers are. */
export interface Source {
  file: File | null;
  handle: FileSystemFileHandle | null;
}

/** The database; null in a browser that has none. */
const opened: Promise<IDBDatabase | null> = new Promise((resolve) => {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(records);
      request.result.createObjectStore(copies);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

/** The database, or null if it takes long to open: uploads don't wait for it, and it is written to later. */
const openedSoon = Promise.race([
  opened,
  new Promise<null>((resolve) => setTimeout(() => resolve(null), 3000)),
]);

const result = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const committed = (work: IDBTransaction) =>
  new Promise<void>((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = () => reject(work.error);
  });

/** The ids of the transfers that are written down. */
const written = new Set<string>();
/** Those of them that are written down with a handle. */
const reopenable = new Set<string>();
/** The ids of the files that are copied, with their sizes. */
const copied = new Map<string, number>();
const uncopyable = new Set<string>();
let copiedBytes = 0;
const addedAt = new Map<string, number>();
const dirty = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let sourceOf: (id: string) => Source | undefined = () => undefined;

/** Whether a restart could continue the transfer without its file being chosen again. */
export const isKept = (id: string) => copied.has(id) || reopenable.has(id);

/** Begins to remember this tab's transfers; `source` returns where the bytes of one are. */
export function remember(source: (id: string) => Source | undefined) {
  sourceOf = source;
  transfers.observe(note);
  window.addEventListener("pagehide", () => void write());
}

/** What of a transfer is worth writing; its progress is not. */
const gist = (t?: Transfer) => t && `${t.status === "paused"} ${t.uploadUrl} ${isOver(t)}`;
const isOver = (t: Transfer) => t.status === "done" || t.status === "refused" || t.status === "cancelled";

function note({ before, after }: Change) {
  const id = after?.id ?? before?.id ?? "";
  if ((after ?? before)?.tab !== tab || gist(before) === gist(after)) return;
  dirty.add(id);
  writeSoon();
}

function writeSoon() {
  if (timer) return;
  timer = setTimeout(() => {
    void write().then((more) => {
      timer = undefined;
      if (more) writeSoon();
    });
  }, writeEvery);
}

/** Writes some of what has changed; reports whether there is more. */
async function write(): Promise<boolean> {
  const database = await opened;
  if (!database) {
    dirty.clear();
    return false;
  }
  const ids = [...dirty].slice(0, recordsAtOnce);
  for (const id of ids) dirty.delete(id);
  try {
    await writeRecords(database, ids);
    return (await writeCopies(database)) || dirty.size > 0;
  } catch {
    // Storage that is full or broken must not cost the uploads anything.
    return dirty.size > 0;
  }
}

async function writeRecords(database: IDBDatabase, ids: string[]) {
  if (ids.length === 0) return;
  const handles = new Set<string>();
  const work = database.transaction([records, copies], "readwrite");
  for (const id of ids) {
    const transfer = transfers.get(id);
    if (transfer && !isOver(transfer)) {
      const at = addedAt.get(id) ?? Date.now();
      addedAt.set(id, at);
      const handle = sourceOf(id)?.handle ?? null;
      work.objectStore(records).put({ transfer, tab, handle, addedAt: at } satisfies Kept, id);
      written.add(id);
      if (handle) handles.add(id);
      if (!copied.has(id)) uncopied.add(id);
    } else if (written.has(id)) {
      work.objectStore(records).delete(id);
      if (copied.has(id)) work.objectStore(copies).delete(id);
      disown(id);
    }
  }
  await committed(work);
  for (const id of handles) if (written.has(id)) reopenable.add(id);
}

/** Transfers whose file is still to be copied. */
const uncopied = new Set<string>();

async function writeCopies(database: IDBDatabase): Promise<boolean> {
  let left = uncopied.size > manyCopies ? fewCopies : copiesAtOnce;
  for (const id of uncopied) {
    if (left-- === 0) return true;
    uncopied.delete(id);
    const file = sourceOf(id)?.file;
    if (!file || file.size > keptSize || copiedBytes + file.size > most || uncopyable.has(id)) continue;
    const work = database.transaction(copies, "readwrite");
    work.objectStore(copies).put(file, id);
    try {
      await committed(work);
    } catch {
      // A file that cannot be read, or storage that is full.
      uncopyable.add(id);
      continue;
    }
    if (written.has(id)) {
      copied.set(id, file.size);
      copiedBytes += file.size;
    } else database.transaction(copies, "readwrite").objectStore(copies).delete(id);
  }
  return false;
}

/** Returns the copy of a transfer's file, or null. */
export async function copyOf(id: string): Promise<File | null> {
  const database = await opened;
  if (!database) return null;
  return (await result(database.transaction(copies).objectStore(copies).get(id)).catch(() => null)) ?? null;
}

/**
 * Takes over what tabs that are gone have left unfinished. Each transfer goes to one tab, whichever asks first.
 * A tab that seems to be open still is waited for with meet.
 */
export async function takeOver(): Promise<Left[]> {
  const database = await openedSoon;
  if (!database) return [];
  await present;
  const all = (await result(database.transaction(records).objectStore(records).getAll())) as Kept[];
  const owners = new Set(all.map((kept) => kept.tab));
  owners.delete(tab);
  const open = await living(owners);
  for (const id of open) meet(id);
  // A tab's id is never used again, so one that is gone stays gone.
  const dead = new Set([...owners].filter((id) => !open.has(id)));
  return dead.size === 0 ? [] : take(database, (kept) => dead.has(kept.tab));
}

/** Forgets a transfer that another tab has taken over; what is written of it is that tab's. */
export function disown(id: string) {
  dirty.delete(id);
  written.delete(id);
  reopenable.delete(id);
  copiedBytes -= copied.get(id) ?? 0;
  copied.delete(id);
  uncopied.delete(id);
  addedAt.delete(id);
}

/** Takes over one transfer that another tab has lost the file of. */
export async function takeOne(id: string): Promise<Left | undefined> {
  const database = await opened;
  return database ? (await take(database, (kept) => kept.transfer.id === id))[0] : undefined;
}

async function take(database: IDBDatabase, which: (kept: Kept) => boolean): Promise<Left[]> {
  const work = database.transaction([records, copies], "readwrite");
  const store = work.objectStore(records);
  const [all, copyIds] = await Promise.all([
    result(store.getAll()) as Promise<Kept[]>,
    result(work.objectStore(copies).getAllKeys()),
  ]);
  const hasCopy = new Set(copyIds);
  const left: Left[] = [];
  for (const kept of all.filter(which)) {
    const { id } = kept.transfer;
    if (Date.now() - kept.addedAt > keptFor) {
      store.delete(id);
      work.objectStore(copies).delete(id);
      continue;
    }
    store.put({ ...kept, tab }, id);
    written.add(id);
    addedAt.set(id, kept.addedAt);
    if (kept.handle) reopenable.add(id);
    if (hasCopy.has(id)) {
      copied.set(id, kept.transfer.size);
      copiedBytes += kept.transfer.size;
    }
    left.push({ ...kept, copied: hasCopy.has(id) });
  }
  const known = new Set(all.map((kept) => kept.transfer.id));
  for (const id of copyIds)
    if (!known.has(String(id)) && !copied.has(String(id))) work.objectStore(copies).delete(id);
  await committed(work);
  return left;
}

/** Has a transfer written anew, whose handle has come only now. */
export function rewrite(id: string) {
  dirty.add(id);
  writeSoon();
}
