import { maxCopySize } from "./incoming";
import { type Change, transfers } from "./store";
import { addPeer, lockHeld, openTabs, tab } from "./tabs";
import type { Transfer } from "./transfer";

// The state that a restart needs, in IndexedDB: each unfinished transfer, a copy of its file if that is small
// enough, and the file handle where the browser has one. Changes are written with a delay, so that a short upload
// costs nothing.

const name = "pawl.uploads";
const records = "transfers";
const copies = "files";
/** How long a record is valid, in milliseconds. */
const maxAge = 7 * 24 * 3600 * 1000;
const writeInterval = 300;
/** The most that is written at once, so that many new files don't delay the uploads. */
const recordBatch = 500;
const copyBatch = 20;
/** When more copies than this are due they would cost more than the uploads, and fewer are made at once. */
const manyCopies = 100;
const smallCopyBatch = 3;
/** The most bytes of all copies. */
const maxCopiedBytes = 10 * maxCopySize;

interface StoredRecord {
  transfer: Transfer;
  tab: string;
  handle: FileSystemFileHandle | null;
  addedAt: number;
}

/** An unfinished transfer of a closed tab. Its file is in a copy, or can be reopened with a handle. */
export interface Unfinished {
  transfer: Transfer;
  addedAt: number;
  copied: boolean;
  handle: FileSystemFileHandle | null;
}

/** Where the bytes of a transfer come from. */
export interface Source {
  file: File | null;
  handle: FileSystemFileHandle | null;
}

/** The database, or null if the browser has none. */
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

/** The database, or null if it takes long to open, so that uploads don't wait for it. */
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

/** The ids of the transfers that have a record. */
const written = new Set<string>();
/** The ids of those whose record has a handle. */
const reopenable = new Set<string>();
/** The ids of the files that are copied, with their sizes. */
const copied = new Map<string, number>();
const uncopyable = new Set<string>();
let copiedBytes = 0;
const addedAt = new Map<string, number>();
const dirty = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;
let sourceOf: (id: string) => Source | undefined = () => undefined;

/** Reports whether a transfer can be resumed after a restart without selecting its file again. */
export const survivesRestart = (id: string) => copied.has(id) || reopenable.has(id);

/** Begins to store this tab's transfers; `source` returns the source of one. */
export function remember(source: (id: string) => Source | undefined) {
  sourceOf = source;
  transfers.observe(note);
  window.addEventListener("pagehide", () => void write());
}

/** The state of a transfer that has to be stored when it changes; its progress is not part of it. */
const storedState = (t?: Transfer) => t && `${t.status === "paused"} ${t.uploadUrl} ${isOver(t)}`;
const isOver = (t: Transfer) => t.status === "done" || t.status === "refused" || t.status === "cancelled";

function note({ before, after }: Change) {
  const id = after?.id ?? before?.id ?? "";
  if ((after ?? before)?.tab !== tab || storedState(before) === storedState(after)) return;
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
  }, writeInterval);
}

/** Writes a batch of changes; reports whether there are more. */
async function write(): Promise<boolean> {
  const database = await opened;
  if (!database) {
    dirty.clear();
    return false;
  }
  const ids = [...dirty].slice(0, recordBatch);
  for (const id of ids) dirty.delete(id);
  try {
    await writeRecords(database, ids);
    return (await writeCopies(database)) || dirty.size > 0;
  } catch {
    // Uploads must work without storage, which may be full or broken.
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
      work.objectStore(records).put({ transfer, tab, handle, addedAt: at } satisfies StoredRecord, id);
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

/** The ids of the transfers whose file is still to be copied. */
const uncopied = new Set<string>();

async function writeCopies(database: IDBDatabase): Promise<boolean> {
  let left = uncopied.size > manyCopies ? smallCopyBatch : copyBatch;
  for (const id of uncopied) {
    if (left-- === 0) return true;
    uncopied.delete(id);
    const file = sourceOf(id)?.file;
    if (!file || file.size > maxCopySize || copiedBytes + file.size > maxCopiedBytes || uncopyable.has(id))
      continue;
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
 * Takes over the unfinished transfers of closed tabs; each goes to the tab that asks first. Tabs that are open are
 * watched until they close.
 */
export async function takeOver(): Promise<Unfinished[]> {
  const database = await openedSoon;
  if (!database) return [];
  await lockHeld;
  const all = (await result(database.transaction(records).objectStore(records).getAll())) as StoredRecord[];
  const owners = new Set(all.map((record) => record.tab));
  owners.delete(tab);
  const open = await openTabs(owners);
  for (const id of open) addPeer(id);
  // Ids of tabs are never reused, so a closed tab stays closed.
  const dead = new Set([...owners].filter((id) => !open.has(id)));
  return dead.size === 0 ? [] : take(database, (record) => dead.has(record.tab));
}

/** Forgets a transfer that another tab has taken over, and leaves its record to that tab. */
export function disown(id: string) {
  dirty.delete(id);
  written.delete(id);
  reopenable.delete(id);
  copiedBytes -= copied.get(id) ?? 0;
  copied.delete(id);
  uncopied.delete(id);
  addedAt.delete(id);
}

/** Takes over a transfer whose file another tab has lost. */
export async function takeOne(id: string): Promise<Unfinished | undefined> {
  const database = await opened;
  return database ? (await take(database, (record) => record.transfer.id === id))[0] : undefined;
}

async function take(database: IDBDatabase, which: (record: StoredRecord) => boolean): Promise<Unfinished[]> {
  const work = database.transaction([records, copies], "readwrite");
  const store = work.objectStore(records);
  const [all, copyIds] = await Promise.all([
    result(store.getAll()) as Promise<StoredRecord[]>,
    result(work.objectStore(copies).getAllKeys()),
  ]);
  const hasCopy = new Set(copyIds);
  const taken: Unfinished[] = [];
  for (const record of all.filter(which)) {
    const { id } = record.transfer;
    if (Date.now() - record.addedAt > maxAge) {
      store.delete(id);
      work.objectStore(copies).delete(id);
      continue;
    }
    store.put({ ...record, tab }, id);
    written.add(id);
    addedAt.set(id, record.addedAt);
    if (record.handle) reopenable.add(id);
    if (hasCopy.has(id)) {
      copied.set(id, record.transfer.size);
      copiedBytes += record.transfer.size;
    }
    taken.push({ ...record, copied: hasCopy.has(id) });
  }
  const known = new Set(all.map((record) => record.transfer.id));
  for (const id of copyIds)
    if (!known.has(String(id)) && !copied.has(String(id))) work.objectStore(copies).delete(id);
  await committed(work);
  return taken;
}

/** Writes the record of a transfer again, because its handle has arrived late. */
export function rewrite(id: string) {
  dirty.add(id);
  writeSoon();
}
