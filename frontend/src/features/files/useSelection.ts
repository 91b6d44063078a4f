import { useCallback, useEffect, useRef, useState } from "react";
import type { FilesFilter, FilesQuery } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { importAgain, prefetch } from "@/shared/lazy";
import { toast } from "@/shared/ui/Toasts";
import { isHidden } from "./hidden";
import { read } from "./live";
import * as select from "./selection";

const loadEveryFile = () => import("./everyFile");
prefetch(loadEveryFile);

/** How far the selection of everything that matches is: how many files are found, or "done". */
export type Everything = null | number | "done";

/** What is selected of the files of a request; a request for other files selects nothing. */
export function useSelection(query: FilesQuery, files: StoredFile[], hasMore: boolean) {
  const [selection, setSelection] = useState(select.nothing);
  const [everything, setEverything] = useState<Everything>(null);
  const search = useRef<AbortController>(null);
  const { sort: _sort, order: _order, ...filter } = query;
  const shown = JSON.stringify(filter);

  const set = useCallback((next: select.Selection) => {
    search.current?.abort();
    setEverything(null);
    setSelection(next);
  }, []);
  const clear = useCallback(() => set(select.nothing), [set]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was selected belongs to the former request
  useEffect(() => clear, [shown, clear]);

  useEffect(
    () =>
      read((changes) => {
        const gone = new Set([...changes].filter(([, file]) => file === null).map(([id]) => id));
        if (gone.size > 0) setSelection((current) => select.without(current, gone));
        return new Set();
      }),
    [],
  );

  /** Selects all that the server lists for the request, also what is not loaded. */
  const selectEverything = useCallback(async () => {
    search.current?.abort();
    search.current = new AbortController();
    const { signal } = search.current;
    setEverything(0);
    try {
      const { everyFile } = await importAgain(loadEveryFile);
      const all = await everyFile(JSON.parse(shown) as FilesFilter, signal, setEverything);
      setSelection(select.all(all.filter((file) => !isHidden(file.id))));
      setEverything("done");
    } catch {
      if (signal.aborted) return;
      setEverything(null);
      toast({ message: "Not all files could be selected. Try again.", tone: "danger", stays: 8000 });
    }
  }, [shown]);

  const allLoaded = select.covers(selection, files);
  return {
    selection,
    set,
    clear,
    everything,
    allLoaded,
    /** Whether there are more files that match than the selected ones. */
    more: allLoaded && hasMore && everything !== "done",
    selectEverything,
    stopSelecting: () => {
      search.current?.abort();
      setEverything(null);
    },
    /** Selects the loaded files, and asked again all that match. */
    selectAll: () => {
      if (allLoaded && hasMore) {
        if (everything === null) void selectEverything();
      } else set(select.all(files));
    },
  };
}
