import type { StoredFile } from "@/shared/api/types";

/** The selected files, loaded or not; `anchor` is the start of a range selected with Shift. */
export interface Selection {
  files: ReadonlyMap<string, StoredFile>;
  anchor: string | null;
}

export const nothing: Selection = { files: new Map(), anchor: null };

function select(files: Iterable<StoredFile>, anchor: string | null): Selection {
  return { files: new Map([...files].map((file) => [file.id, file])), anchor };
}

export function toggle(selection: Selection, file: StoredFile): Selection {
  const files = new Map(selection.files);
  if (!files.delete(file.id)) files.set(file.id, file);
  return { files, anchor: file.id };
}

/** Selects the range from the anchor to `id`, with `add` in addition to what is selected already. */
export function extend(selection: Selection, id: string, list: StoredFile[], add = false): Selection {
  const to = list.findIndex((file) => file.id === id);
  const from = list.findIndex((file) => file.id === selection.anchor);
  const file = list[to];
  if (!file) return selection;
  if (from < 0) return add ? toggle(selection, file) : select([file], id);
  const range = list.slice(Math.min(from, to), Math.max(from, to) + 1);
  return select(add ? [...selection.files.values(), ...range] : range, selection.anchor);
}

export function all(list: StoredFile[]): Selection {
  return select(list, list[0]?.id ?? null);
}

/** Reports whether every file of the list is selected. */
export function covers(selection: Selection, list: StoredFile[]): boolean {
  return (
    list.length > 0 && selection.files.size >= list.length && list.every((f) => selection.files.has(f.id))
  );
}

/** Removes deleted files from the selection. */
export function without(selection: Selection, gone: { has: (id: string) => boolean }): Selection {
  const left = [...selection.files.values()].filter((file) => !gone.has(file.id));
  return left.length === selection.files.size ? selection : select(left, selection.anchor);
}
