import { hashKey } from "@tanstack/react-query";
import type { FilesFilter, StoredFile } from "@/shared/api/types";
import { createStore, useStore } from "@/shared/store";

/** A file that is being deleted; `filter` is the key of the filter of the list that it was selected in. */
interface HiddenFile {
  file: StoredFile;
  filter: string | undefined;
}

/** The files that lists leave out; null for deleted ones, so that an older response can't bring them back. */
export type Hidden = ReadonlyMap<string, HiddenFile | null>;

const hidden = createStore<Hidden>(new Map());

function change(edit: (files: Map<string, HiddenFile | null>) => void) {
  const next = new Map(hidden.get());
  edit(next);
  hidden.set(next);
}

const keyOf = (filter: FilesFilter) => hashKey([filter]);

/** Hides files that are being deleted; `filter` is that of the list in which they were selected. */
export function hide(files: StoredFile[], filter?: FilesFilter) {
  const key = filter && keyOf(filter);
  change((ids) => {
    for (const file of files) ids.set(file.id, { file, filter: key });
  });
}

/** Shows files again unless they are deleted. */
export function restore(files: StoredFile[]) {
  change((ids) => {
    for (const file of files) if (ids.get(file.id)) ids.delete(file.id);
  });
}

/** Hides deleted files for good. */
export function forget(ids: Iterable<string>) {
  change((files) => {
    for (const id of ids) files.set(id, null);
  });
}

export function isHidden(id: string): boolean {
  return hidden.get().has(id);
}

export function isForgotten(id: string): boolean {
  return hidden.get().get(id) === null;
}

export function useHidden(): Hidden {
  return useStore(hidden);
}

/** Returns the files being deleted that match a filter, as far as the page knows: they are loaded or were selected. */
export function hiddenIn(filter: FilesFilter, loaded: StoredFile[]): StoredFile[] {
  const key = keyOf(filter);
  const ids = new Set(loaded.map((file) => file.id));
  return [...hidden.get().values()]
    .filter((entry) => entry !== null)
    .filter(({ file, filter }) => filter === key || ids.has(file.id))
    .map(({ file }) => file);
}
