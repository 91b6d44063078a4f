import type { StoredFile } from "@/shared/api/types";
import { createStore, useStore } from "@/shared/store";

/** The files that lists leave out; null for deleted ones, so that an older response can't bring them back. */
type Hidden = ReadonlyMap<string, StoredFile | null>;

const hidden = createStore<Hidden>(new Map());

function change(edit: (files: Map<string, StoredFile | null>) => void) {
  const next = new Map(hidden.get());
  edit(next);
  hidden.set(next);
}

/** Hides files that are being deleted. */
export function hide(files: StoredFile[]) {
  change((ids) => {
    for (const file of files) ids.set(file.id, file);
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
