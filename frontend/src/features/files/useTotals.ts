import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/shared/api/client";
import type { FilesFilter, FilesQuery, FileTotals, StoredFile } from "@/shared/api/types";
import { filterOf } from "./filters";
import { hiddenIn, useHidden } from "./hidden";
import { onFileChanges } from "./live";
import { loadedFiles, totalsKey } from "./useFiles";

/** The delay before changes are reflected in the totals, which the server counts, in milliseconds. */
const delay = 1000;

/** Returns the query for the number and size of the files that match. */
export function totalsQuery(query: FilesQuery) {
  const filter = filterOf(query);
  return {
    queryKey: [...totalsKey, filter],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.totals(filter, signal),
  };
}

/** Subtracts deleted files from the cached totals, and refetches those. Call it before the files leave the lists. */
export function subtractDeleted(client: QueryClient, ids: ReadonlySet<string>) {
  for (const [key, totals] of client.getQueriesData<FileTotals>({ queryKey: totalsKey })) {
    const filter = key[1] as FilesFilter;
    const deleted = hiddenIn(filter, loadedFiles(client, filter)).filter((file) => ids.has(file.id));
    if (totals) client.setQueryData<FileTotals>(key, less(totals, deleted));
  }
  void client.invalidateQueries({ queryKey: totalsKey });
}

function less(totals: FileTotals, files: StoredFile[]): FileTotals {
  return {
    files: Math.max(0, totals.files - files.length),
    bytes: Math.max(0, totals.bytes - files.reduce((sum, file) => sum + file.size, 0)),
  };
}

/**
 * Returns the number and size of all files in a list, loaded or not, without those that are being deleted; undefined
 * until they are known. `loaded` are the files of the list that are loaded, including hidden ones.
 */
export function useTotals(query: FilesQuery, loaded: StoredFile[]): FileTotals | undefined {
  const client = useQueryClient();
  const { data } = useQuery({ ...totalsQuery(query), placeholderData: keepPreviousData });
  const hidden = useHidden();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onFileChanges(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: totalsKey });
      }, delay);
      return undefined;
    });
    return () => {
      stop();
      clearTimeout(timer);
      void client.invalidateQueries({ queryKey: totalsKey, refetchType: "none" });
    };
  }, [client]);

  return useMemo(
    () => data && (hidden.size === 0 ? data : less(data, hiddenIn(filterOf(query), loaded))),
    [data, hidden, query, loaded],
  );
}
