import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "@/shared/api/client";
import type { FilesFilter, FilesQuery, FileTotals, StoredFile } from "@/shared/api/types";
import { matches } from "./filters";
import { useHidden } from "./hidden";
import { read } from "./live";
import { totalsKey } from "./useFiles";

/** How long a change may take to show in the totals, in milliseconds: they are counted by the server. */
const rest = 1000;

/** The request for how many files match a filter, and their bytes. */
export function totalsQuery(filter: FilesFilter) {
  const { q, type, state, created_after, created_before } = filter;
  const only = { q, type, state, created_after, created_before };
  return {
    queryKey: [...totalsKey, only],
    queryFn: ({ signal }: { signal: AbortSignal }) => api.totals(only, signal),
  };
}

/** Takes deleted files off the totals, which the server is asked for again all the same. */
export function countOut(client: QueryClient, files: StoredFile[]) {
  for (const [key, totals] of client.getQueriesData<FileTotals>({ queryKey: totalsKey })) {
    if (totals) client.setQueryData<FileTotals>(key, less(totals, files, key[1] as FilesFilter));
  }
  void client.invalidateQueries({ queryKey: totalsKey });
}

function less(totals: FileTotals, files: StoredFile[], filter: FilesFilter): FileTotals {
  const out = files.filter((file) => matches(file, filter));
  return {
    files: Math.max(0, totals.files - out.length),
    bytes: Math.max(0, totals.bytes - out.reduce((sum, file) => sum + file.size, 0)),
  };
}

/** How many files a request lists, loaded or not, without those that are being deleted; undefined until known. */
export function useTotals(query: FilesQuery): FileTotals | undefined {
  const client = useQueryClient();
  const { data } = useQuery({ ...totalsQuery(query), placeholderData: keepPreviousData });
  const hidden = useHidden();

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = read(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: totalsKey });
      }, rest);
      return new Set();
    });
    return () => {
      stop();
      clearTimeout(timer);
      void client.invalidateQueries({ queryKey: totalsKey, refetchType: "none" });
    };
  }, [client]);

  return useMemo(
    () =>
      data &&
      less(
        data,
        [...hidden.values()].filter((file) => file !== null),
        query,
      ),
    [data, hidden, query],
  );
}
