import { useCallback, useEffect, useRef, useState } from "react";
import type { FilesFilter, FilesQuery, StoredFile } from "@/shared/api/types";
import { importWithRetry, prefetch } from "@/shared/lazy";
import { toast } from "@/shared/ui/Toasts";
import { filterOf } from "./filters";
import { isHidden } from "./hidden";
import { onFileChanges } from "./live";
import * as select from "./selection";

const loadEveryFile = () => import("./everyFile");
prefetch(loadEveryFile);

/** The progress of selecting all files that match: the number found so far, or "done". */
export type Everything = null | number | "done";

/** The selection in the list of a query. It is cleared when the filter changes. */
export function useSelection(query: FilesQuery, files: StoredFile[], hasMore: boolean) {
  const [selection, setSelection] = useState(select.nothing);
  const [everything, setEverything] = useState<Everything>(null);
  const search = useRef<AbortController>(null);
  const shown = JSON.stringify(filterOf(query));

  const set = useCallback((next: select.Selection) => {
    search.current?.abort();
    setEverything(null);
    setSelection(next);
  }, []);
  const clear = useCallback(() => set(select.nothing), [set]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the selection belongs to the former filter
  useEffect(() => clear, [shown, clear]);

  useEffect(
    () =>
      onFileChanges((changes) => {
        const gone = new Set([...changes].filter(([, file]) => file === null).map(([id]) => id));
        if (gone.size > 0) setSelection((current) => select.without(current, gone));
        return undefined;
      }),
    [],
  );

  /** Selects all files that match, loaded or not. */
  const selectEverything = useCallback(async () => {
    search.current?.abort();
    search.current = new AbortController();
    const { signal } = search.current;
    setEverything(0);
    try {
      const { everyFile } = await importWithRetry(loadEveryFile);
      const all = await everyFile(JSON.parse(shown) as FilesFilter, signal, setEverything);
      setSelection(select.all(all.filter((file) => !isHidden(file.id))));
      setEverything("done");
    } catch {
      if (signal.aborted) return;
      setEverything(null);
      toast({ message: "Not all files could be selected. Try again.", tone: "danger", duration: 8000 });
    }
  }, [shown]);

  const allLoaded = select.covers(selection, files);
  return {
    selection,
    set,
    clear,
    everything,
    allLoaded,
    /** Whether more files match than are selected. */
    more: allLoaded && hasMore && everything !== "done",
    selectEverything,
    stopSelecting: () => {
      search.current?.abort();
      setEverything(null);
    },
    /** Selects the loaded files; the second time, all that match. */
    selectAll: () => {
      if (allLoaded && hasMore) {
        if (everything === null) void selectEverything();
      } else set(select.all(files));
    },
  };
}
