import { useQueryClient } from "@tanstack/react-query";
import { type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { StoredFile } from "@/shared/api/types";
import { importWithRetry, prefetch } from "@/shared/lazy";
import { patchSearch, useSearch } from "@/shared/url/location";
import { useRename } from "./actions";
import type { ItemActions } from "./FileName";
import { filterOf, readFilters, toQuery } from "./filters";
import { useHidden } from "./hidden";
import * as select from "./selection";
import { useFiles } from "./useFiles";
import { useLiveFiles, type Viewport } from "./useLiveFiles";
import { useSelection } from "./useSelection";

const loadDeletions = () => import("./deletions");
prefetch(loadDeletions);

/** The state and actions of the Files view, whose components only render them. */
export function useFilesView() {
  const client = useQueryClient();
  const search = useSearch();
  const filters = useMemo(() => readFilters(search), [search]);
  const wanted = JSON.stringify(toQuery(filters));
  const query = useMemo(() => JSON.parse(wanted) as ReturnType<typeof toQuery>, [wanted]);
  const list = useFiles(query);
  const hidden = useHidden();
  const loaded = useMemo(() => (list.data?.pages ?? []).flatMap((page) => page.items), [list.data]);
  const files = useMemo(() => loaded.filter((file) => !hidden.has(file.id)), [loaded, hidden]);

  const viewport = useRef<Viewport>({ atTop: true, last: 30 });
  const { fresh, showFresh } = useLiveFiles(query, viewport);
  const [topAsked, askTop] = useState(0);

  const selecting = useSelection(query, files, list.hasNextPage);
  const { selection } = selecting;
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = Math.max(
    0,
    files.findIndex((file) => file.id === activeId),
  );
  const focusActive = useRef(false);
  const [editing, setEditing] = useState<string | null>(null);
  const [asked, ask] = useState<StoredFile[] | null>(null);
  const rename = useRename();

  const opened = filters.file;
  const open = useCallback(
    (id: string | null) => patchSearch({ file: id }, { replace: id !== null && opened !== "" }),
    [opened],
  );
  // Closes the preview of a file that is being deleted.
  useEffect(() => {
    if (hidden.get(opened)) open(null);
  }, [hidden, opened, open]);

  const moveTo = (index: number, extend = false) => {
    const id = files[index]?.id;
    if (!id) return;
    if (extend) {
      const from = selection.anchor ? selection : { ...selection, anchor: files[active]?.id ?? null };
      selecting.set(select.extend(from, id, files));
    }
    focusActive.current = true;
    setActiveId(id);
    if (opened) open(id);
  };
  const removeNow = async (leaving: StoredFile[]) => {
    const { deleteFiles } = await importWithRetry(loadDeletions);
    const ids = new Set(leaving.map((file) => file.id));
    const next = files.find((file, index) => index > active && !ids.has(file.id));
    setActiveId((next ?? files.findLast((file) => !ids.has(file.id)))?.id ?? null);
    focusActive.current = true;
    const selected = leaving.every((file) => selection.files.has(file.id));
    selecting.clear();
    deleteFiles(client, leaving, selected ? filterOf(query) : undefined);
  };
  const remove = async (leaving: StoredFile[]) => {
    const { isFinal } = await importWithRetry(loadDeletions);
    if (isFinal(leaving.length)) ask(leaving);
    else await removeNow(leaving);
  };
  const removeSelected = () => remove([...selection.files.values()]);
  const one = (index: number) => files.slice(index, index + 1);
  const toggle = (index: number) => {
    for (const file of one(index)) selecting.set(select.toggle(selection, file));
  };

  const on: ItemActions = {
    click: (index: number, event: MouseEvent) => {
      const id = files[index]?.id;
      if (!id || editing === id) return;
      setActiveId(id);
      const command = event.ctrlKey || event.metaKey;
      if (event.shiftKey) selecting.set(select.extend(selection, id, files, command));
      else if (command) toggle(index);
      else open(id);
    },
    focus: (index) => setActiveId(files[index]?.id ?? null),
    toggle,
    rename: (index) => setEditing(files[index]?.id ?? null),
    renamed: (index, name, by) => {
      const file = files[index];
      setEditing(null);
      if (by === "key") focusActive.current = true;
      if (file && name) rename.mutate({ file, name });
    },
    remove: (index) => void remove(one(index)),
  };

  return {
    filters,
    query,
    /** The loaded files, including those that are being deleted. */
    loaded,
    files,
    list,
    selecting,
    active,
    editing,
    viewport,
    focusActive,
    fresh,
    showFresh,
    /** The number of requests to scroll to the top. */
    topAsked,
    goToFresh: () => {
      showFresh();
      askTop((n) => n + 1);
    },
    on,
    keys: {
      onMove: moveTo,
      onToggle: toggle,
      onOpen: (index: number) => open(files[index]?.id ?? null),
      onRename: on.rename,
      onDelete: () => void (selection.files.size > 0 ? removeSelected() : remove(one(active))),
      onAll: selecting.selectAll,
      onEscape: () => (selection.files.size > 0 ? selecting.clear() : open(null)),
    },
    loadMore: useCallback(() => {
      if (!list.isFetchingNextPage && !list.isFetchNextPageError) void list.fetchNextPage();
    }, [list.isFetchingNextPage, list.isFetchNextPageError, list.fetchNextPage]),
    toggleAll: () => (selecting.allLoaded ? selecting.clear() : selecting.set(select.all(files))),
    removeSelected: () => void removeSelected(),
    /** Clears the selection. The toolbar disappears with it, so the focus returns to the list. */
    clearSelection: () => {
      focusActive.current = true;
      selecting.clear();
    },
    removeOne: (file: StoredFile) => void remove([file]),
    /** The files whose deletion needs a confirmation. */
    asked,
    answer: (yes: boolean) => {
      ask(null);
      if (yes && asked) void removeNow(asked);
    },
    /** Opens the next or previous file in the preview. */
    walk: (step: number) => {
      const index = files.findIndex((file) => file.id === opened) + step;
      const id = files[index]?.id;
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
