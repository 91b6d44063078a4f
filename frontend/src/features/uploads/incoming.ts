/** A file that someone wants uploaded; `path` is its place within a folder, "" for a single one. */
export interface Incoming {
  file: File;
  path: string;
}

/** Files from a chooser; for a folder the browser tells their paths. */
export function fromInput(files: FileList | null): Incoming[] {
  return Array.from(files ?? [], (file) => ({ file, path: file.webkitRelativePath }));
}

/** Files of a drop, folders walked through. Must be called while the drop event is handled. */
export async function fromDrop(data: DataTransfer): Promise<Incoming[]> {
  const entries = Array.from(data.items)
    .filter((item) => item.kind === "file")
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const lists = await Promise.all(
    entries.map(({ entry, file }) => {
      if (entry?.isDirectory) return walk(entry as FileSystemDirectoryEntry);
      return file ? [{ file, path: "" }] : [];
    }),
  );
  return lists.flat();
}

async function walk(directory: FileSystemDirectoryEntry): Promise<Incoming[]> {
  const found: Incoming[] = [];
  for (const entry of await readAll(directory)) {
    if (entry.isDirectory) found.push(...(await walk(entry as FileSystemDirectoryEntry)));
    else {
      const file = await new Promise<File | null>((resolve) =>
        (entry as FileSystemFileEntry).file(resolve, () => resolve(null)),
      );
      // Hidden files are the system's own notes, not what people mean by a folder.
      if (file && !file.name.startsWith(".")) found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    }
  }
  return found;
}

/** A reader hands out a folder in portions; an empty one is the end. */
async function readAll(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

/** Files of the clipboard. Pictures come as "image.png", so they get the time into their name. */
export function fromPaste(data: DataTransfer | null, now = new Date()): Incoming[] {
  return Array.from(data?.files ?? [], (file) => {
    if (!/^image\.\w+$/.test(file.name)) return { file, path: "" };
    const stamp = now.toLocaleString("sv").replaceAll(":", ".");
    const name = file.name.replace("image", `Pasted image ${stamp}`);
    return { file: new File([file], name, { type: file.type, lastModified: file.lastModified }), path: "" };
  });
}
