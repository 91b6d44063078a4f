import { isReopenable } from "./handles";
import { isSystemFile } from "./system-files";

/** A file that someone wants uploaded; `path` is its place within a folder, "" for a single one. */
export interface Incoming {
  file: File;
  path: string;
  /** Opens the file again after a restart, where the browser has such a thing. */
  handle?: Promise<FileSystemFileHandle | null>;
}

/** Files that were found, and the names of files and folders that could not be read. */
export interface Found {
  items: Incoming[];
  unread: string[];
}

/** Files larger than this are not copied by the browser: a handle is what a restart can reopen them with. */
export const keptSize = 32 * 1024 * 1024;

/** Returns the files of a chooser; for a folder the browser knows their paths. */
export function fromInput(files: FileList | null): Incoming[] {
  return Array.from(files ?? [], (file) => ({ file, path: file.webkitRelativePath })).filter(
    ({ file, path }) => ![...path.split("/"), file.name].some(isSystemFile) || path === "",
  );
}

type Handle = Promise<FileSystemHandle | null>;
type WithHandle = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/**
 * Walks through what was dropped, folders included, and hands it to `take` in portions. Must be called while
 * the drop event is handled.
 */
export async function fromDrop(data: DataTransfer, take: (found: Found) => void) {
  const single: Incoming[] = [];
  const folders: Promise<void>[] = [];
  for (const item of Array.from(data.items) as WithHandle[]) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (file && file.size <= keptSize) single.push({ file, path: "" });
    else {
      const handle = handleOf(item);
      if (file) single.push({ file, path: "", handle: handle.then(fileHandle) });
      else if (entry) folders.push(walk(entry as FileSystemDirectoryEntry, handle, take));
    }
  }
  if (single.length > 0) take({ items: single, unread: [] });
  await Promise.all(folders);
}

async function handleOf(item: WithHandle): Handle {
  const handle = await item.getAsFileSystemHandle?.().catch(() => null);
  return handle && isReopenable(handle) ? handle : null;
}

const fileHandle = (handle: FileSystemHandle | null) =>
  handle?.kind === "file" ? (handle as FileSystemFileHandle) : null;

async function walk(directory: FileSystemDirectoryEntry, handle: Handle, take: (found: Found) => void) {
  const reader = directory.createReader();
  // A reader returns a folder in portions; an empty one is the end.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[] | null>((resolve) =>
      reader.readEntries(resolve, () => resolve(null)),
    );
    if (portion === null) take({ items: [], unread: [pathOf(directory)] });
    if (!portion?.length) return;
    const entries = portion.filter((entry) => !isSystemFile(entry.name));
    const files = entries.filter((entry) => !entry.isDirectory) as FileSystemFileEntry[];
    const found = await Promise.all(files.map((entry) => open(entry, handle)));
    take({
      items: found.filter((item) => item !== null),
      unread: files.filter((_, i) => found[i] === null).map(pathOf),
    });
    for (const entry of entries) {
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, child(handle, entry.name), take);
    }
  }
}

const pathOf = (entry: FileSystemEntry) => entry.fullPath.replace(/^\//, "");

async function open(entry: FileSystemFileEntry, directory: Handle): Promise<Incoming | null> {
  const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
  if (!file) return null;
  const item = { file, path: pathOf(entry) };
  if (file.size <= keptSize) return item;
  const handle = directory.then(async (folder) =>
    folder?.kind === "directory" ? (folder as FileSystemDirectoryHandle).getFileHandle(entry.name) : null,
  );
  return { ...item, handle: handle.catch(() => null) };
}

function child(directory: Handle, name: string): Handle {
  return directory
    .then((folder) =>
      folder?.kind === "directory" ? (folder as FileSystemDirectoryHandle).getDirectoryHandle(name) : null,
    )
    .catch(() => null);
}

/** Returns the files of the clipboard. Pictures come as "image.png", so they get the time into their name. */
export function fromPaste(data: DataTransfer | null, now = new Date()): Incoming[] {
  return Array.from(data?.files ?? [], (file) => {
    if (!/^image\.\w+$/.test(file.name)) return { file, path: "" };
    const stamp = now.toLocaleString("sv").replaceAll(":", ".");
    const name = file.name.replace("image", `Pasted image ${stamp}`);
    return { file: new File([file], name, { type: file.type, lastModified: file.lastModified }), path: "" };
  });
}
