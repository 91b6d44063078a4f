import { useQueryClient } from "@tanstack/react-query";
import { type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { patchSearch, useSearch } from "@/shared/url/location";
import { useRename } from "./actions";
import { deleteFiles, useHidden } from "./deletions";
import type { ItemActions } from "./FileName";
import { readFilters, toQuery } from "./filters";
import * as select from "./selection";
import { useFiles } from "./useFiles";
import { useLiveFiles, type Viewport } from "./useLiveFiles";

/** Everything the Files view knows and does; the components only show it. */
export function useFilesView() {
  const client = useQueryClient();
  const search = useSearch();
  const filters = useMemo(() => readFilters(search), [search]);
  const wanted = JSON.stringify(toQuery(filters));
  const query = useMemo(() => JSON.parse(wanted) as ReturnType<typeof toQuery>, [wanted]);
  const list = useFiles(query);
  const hidden = useHidden();
  const files = useMemo(
    () => (list.data?.pages ?? []).flatMap((page) => page.items).filter((file) => !hidden.has(file.id)),
    [list.data, hidden],
  );
  const order = useMemo(() => files.map((file) => file.id), [files]);

  const viewport = useRef<Viewport>({ atTop: true, last: 30 });
  const { fresh, showFresh } = useLiveFiles(query, viewport);
  const [topAsked, askTop] = useState(0);

  const [chosen, setSelection] = useState(select.nothing);
  const selection = useMemo(() => select.prune(chosen, order), [chosen, order]);
  const selected = useMemo(() => files.filter((file) => selection.ids.has(file.id)), [files, selection]);
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = Math.max(0, order.indexOf(activeId ?? ""));
  const focusActive = useRef(false);
  const [editing, setEditing] = useState<string | null>(null);
  const rename = useRename();

  const opened = filters.file;
  const open = useCallback(
    (id: string | null) => patchSearch({ file: id }, { replace: id !== null && opened !== "" }),
    [opened],
  );
  // A file that is being deleted can't stay open.
  useEffect(() => {
    if (hidden.has(opened)) open(null);
  }, [hidden, opened, open]);

  const moveTo = (index: number, extend = false) => {
    const id = order[index];
    if (!id) return;
    if (extend) {
      const from = selection.anchor ? selection : { ...selection, anchor: order[active] ?? null };
      setSelection(select.extend(from, id, order));
    }
    focusActive.current = true;
    setActiveId(id);
    if (opened) open(id);
  };
  const remove = (ids: ReadonlySet<string>) => {
    const next = order.find((id, index) => index > active && !ids.has(id)) ?? null;
    setActiveId(next ?? order.findLast((id) => !ids.has(id)) ?? null);
    focusActive.current = true;
    deleteFiles(
      client,
      files.filter((file) => ids.has(file.id)),
    );
    setSelection(select.nothing);
  };
  const toggle = (index: number) => setSelection(select.toggle(selection, order[index] ?? ""));

  const on: ItemActions = {
    click: (index: number, event: MouseEvent) => {
      const id = order[index];
      if (!id || editing === id) return;
      setActiveId(id);
      if (event.shiftKey) setSelection(select.extend(selection, id, order, event.ctrlKey || event.metaKey));
      else if (event.ctrlKey || event.metaKey) toggle(index);
      else open(id);
    },
    focus: (index) => setActiveId(order[index] ?? null),
    toggle,
    rename: (index) => setEditing(order[index] ?? null),
    renamed: (index, name, by) => {
      const file = files[index];
      setEditing(null);
      if (by === "key") focusActive.current = true;
      if (file && name) rename.mutate({ file, name });
    },
    remove: (index) => remove(new Set([order[index] ?? ""])),
  };

  return {
    filters,
    files,
    list,
    selection,
    selected,
    active,
    editing,
    viewport,
    focusActive,
    fresh,
    showFresh,
    /** Counts how often the reader wanted to see the top. */
    topAsked,
    goToFresh: () => {
      showFresh();
      askTop((n) => n + 1);
    },
    on,
    keys: {
      onMove: moveTo,
      onToggle: toggle,
      onOpen: (index: number) => open(order[index] ?? null),
      onRename: on.rename,
      onDelete: () => remove(selection.ids.size > 0 ? selection.ids : new Set([order[active] ?? ""])),
      onAll: () => setSelection(select.all(order)),
      onEscape: () => (selection.ids.size > 0 ? setSelection(select.nothing) : open(null)),
    },
    loadMore: useCallback(() => {
      if (!list.isFetchingNextPage && !list.isFetchNextPageError) void list.fetchNextPage();
    }, [list.isFetchingNextPage, list.isFetchNextPageError, list.fetchNextPage]),
    toggleAll: () => setSelection(selection.ids.size === files.length ? select.nothing : select.all(order)),
    clearSelection: () => setSelection(select.nothing),
    deleteSelected: () => remove(selection.ids),
    deleteOne: (id: string) => remove(new Set([id])),
    /** The panel's arrow keys: one file on or back. */
    walk: (step: number) => {
      const index = order.indexOf(opened) + step;
      const id = order[index];
      if (!id) return;
      setActiveId(id);
      open(id);
    },
    closePanel: () => {
      focusActive.current = true;
      if (opened) setActiveId(opened);
      open(null);
    },
  };
}
