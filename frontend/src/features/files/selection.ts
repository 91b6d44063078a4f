/** Which files are selected; `anchor` is where a shift-click range begins. */
export interface Selection {
  ids: ReadonlySet<string>;
  anchor: string | null;
}

export const nothing: Selection = { ids: new Set(), anchor: null };

export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

export function only(id: string): Selection {
  return { ids: new Set([id]), anchor: id };
}

/** Selects from the anchor to `id` in the order of the list; keeps the rest when `add`. */
export function extend(selection: Selection, id: string, order: string[], add = false): Selection {
  const to = order.indexOf(id);
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  if (to < 0) return selection;
  if (from < 0) return add ? toggle(selection, id) : only(id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set(add ? [...selection.ids, ...range] : range), anchor: selection.anchor };
}

export function all(order: string[]): Selection {
  return { ids: new Set(order), anchor: order[0] ?? null };
}

/** Forgets files that are no longer in the list. */
export function prune(selection: Selection, order: string[]): Selection {
  const present = new Set(order);
  const ids = new Set([...selection.ids].filter((id) => present.has(id)));
  if (ids.size === selection.ids.size) return selection;
  return { ids, anchor: selection.anchor && present.has(selection.anchor) ? selection.anchor : null };
}
