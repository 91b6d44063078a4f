import { hashKey, type InfiniteData, type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { api } from "@/shared/api/client";
import { editQueries } from "@/shared/api/edits";
import type { FilePage, FilesFilter, FilesQuery, StoredFile } from "@/shared/api/types";
import { filterOf } from "./filters";
import type { Pages } from "./placement";

export type FilesData = InfiniteData<FilePage, string | undefined>;

export const filesKey = ["files"] as const;

/** The sizes of the first page, which should arrive soon, and of later ones. */
const firstPage = 100;
const laterPage = 500;

/** Loads the files of a query, page by page. */
export function useFiles(query: FilesQuery) {
  return useInfiniteQuery({
    queryKey: [...filesKey, query],
    queryFn: ({ pageParam, signal }) =>
      api.files({ ...query, limit: pageParam ? laterPage : firstPage, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: (previous) => previous,
  });
}

/** Returns the loaded pages of a query. */
export function pagesOf(client: QueryClient, query: FilesQuery): Pages {
  return client.getQueryData<FilesData>([...filesKey, query])?.pages ?? [];
}

/** Returns the loaded files of all lists with a filter. */
export function loadedFiles(client: QueryClient, filter: FilesFilter): StoredFile[] {
  const key = hashKey([filter]);
  return client
    .getQueriesData<FilesData>({ queryKey: filesKey })
    .filter(([queryKey]) => hashKey([filterOf(queryKey[1] as FilesQuery)]) === key)
    .flatMap(([, data]) => data?.pages.flatMap((page) => page.items) ?? []);
}

/** Changes the pages of every cached list. */
export function editLists(client: QueryClient, edit: (pages: Pages, query: FilesQuery) => Pages) {
  editQueries<FilesData>(client, filesKey, (data, key) => {
    const pages = edit(data.pages, key[1] as FilesQuery);
    return pages === data.pages ? data : { ...data, pages };
  });
}

export const totalsKey = ["totals"] as const;

/** The key of the query for a single file. */
export const fileKey = (id: string) => ["file", id] as const;

/** Replaces the cached state of a file, if it was loaded by itself. */
export function showFile(client: QueryClient, file: StoredFile) {
  if (client.getQueryState(fileKey(file.id))) client.setQueryData(fileKey(file.id), file);
}
