import { useSyncExternalStore } from "react";
import type { StoredFile } from "@/shared/api/types";

/** The files that lists leave out; null for those that are deleted, so that a late answer can't bring them back. */
type Hidden = ReadonlyMap<string, StoredFile | null>;

let hidden: Hidden = new Map();
const watchers = new Set<() => void>();

function change(edit: (files: Map<string, StoredFile | null>) => void) {
  const next = new Map(hidden);
  edit(next);
  hidden = next;
  for (const watcher of watchers) watcher();
}

/** Leaves files out of the lists, because they are about to be deleted. */
export function hide(files: StoredFile[]) {
  change((ids) => {
    for (const file of files) ids.set(file.id, file);
  });
}

/** Shows those of the files again that are not deleted. */
export function restore(files: StoredFile[]) {
  change((ids) => {
    for (const file of files) if (ids.get(file.id)) ids.delete(file.id);
  });
}

/** Leaves files out for good: they are deleted. */
export function forget(ids: Iterable<string>) {
  change((files) => {
    for (const id of ids) files.set(id, null);
  });
}

export function isHidden(id: string): boolean {
  return hidden.has(id);
}

export function isForgotten(id: string): boolean {
  return hidden.get(id) === null;
}

export function useHidden(): Hidden {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => hidden,
  );
}
