import { isReopenable } from "./handles";
import { isSystemFile } from "./system-files";

/** A file to upload; `path` is its path within the dropped or selected folder, "" without one. */
export interface Incoming {
  file: File;
  path: string;
  /** The handle that reopens the file after a restart, in browsers that have one. */
  handle?: Promise<FileSystemFileHandle | null>;
}

/** The files found in a drop or selection, and the paths of files and folders that could not be read. */
export interface Found {
  items: Incoming[];
  unread: string[];
}

/** The largest file, in bytes, that is copied for a restart. A larger one needs a handle to be reopened. */
export const maxCopySize = 32 * 1024 * 1024;

/** Returns the files of a file dialog, with their paths if a folder was selected. */
export function fromInput(files: FileList | null): Incoming[] {
  return Array.from(files ?? [], (file) => ({ file, path: file.webkitRelativePath })).filter(
    ({ file, path }) => ![...path.split("/"), file.name].some(isSystemFile) || path === "",
  );
}

type Handle = Promise<FileSystemHandle | null>;
type WithHandle = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/**
 * Finds all files of a drop, folders included, and passes them to `take` in batches. Call it synchronously in the
 * handler of the drop event.
 */
export async function fromDrop(data: DataTransfer, take: (found: Found) => void) {
  const single: Incoming[] = [];
  const folders: Promise<void>[] = [];
  for (const item of Array.from(data.items) as WithHandle[]) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry?.isDirectory ? null : item.getAsFile();
    if (file && file.size <= maxCopySize) single.push({ file, path: "" });
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
  // A reader returns the entries in batches; an empty batch is the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[] | null>((resolve) =>
      reader.readEntries(resolve, () => resolve(null)),
    );
    if (batch === null) take({ items: [], unread: [pathOf(directory)] });
    if (!batch?.length) return;
    const entries = batch.filter((entry) => !isSystemFile(entry.name));
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
  if (file.size <= maxCopySize) return item;
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

/** Returns the files of the clipboard. Pasted images are all called "image.png", so their names get the time. */
export function fromPaste(data: DataTransfer | null, now = new Date()): Incoming[] {
  return Array.from(data?.files ?? [], (file) => {
    if (!/^image\.\w+$/.test(file.name)) return { file, path: "" };
    const stamp = now.toLocaleString("sv").replaceAll(":", ".");
    const name = file.name.replace("image", `Pasted image ${stamp}`);
    return { file: new File([file], name, { type: file.type, lastModified: file.lastModified }), path: "" };
  });
}
