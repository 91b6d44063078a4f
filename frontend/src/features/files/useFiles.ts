import { type InfiniteData, type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { api, type FilesQuery } from "@/shared/api/client";
import { editQueries } from "@/shared/api/edits";
import type { Page, StoredFile } from "@/shared/api/types";
import type { Pages } from "./placement";

export type FilesData = InfiniteData<Page<StoredFile>, string | null>;

export const filesKey = ["files"] as const;

/** The first page is small, to be there soon; who reads on wants more. */
const firstPage = 100;
const laterPage = 500;

/** The files of a request, page after page by the server's cursor. */
export function useFiles(query: FilesQuery) {
  return useInfiniteQuery({
    queryKey: [...filesKey, query],
    queryFn: ({ pageParam, signal }) =>
      api.files({ ...query, limit: pageParam === null ? firstPage : laterPage, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: (previous) => previous,
  });
}

/** The loaded pages of a request. */
export function pagesOf(client: QueryClient, query: FilesQuery): Pages {
  return client.getQueryData<FilesData>([...filesKey, query])?.pages ?? [];
}

/** Changes the pages of every cached list. */
export function editLists(client: QueryClient, edit: (pages: Pages, query: FilesQuery) => Pages) {
  editQueries<FilesData>(client, filesKey, (data, key) => {
    const pages = edit(data.pages, key[1] as FilesQuery);
    return pages === data.pages ? data : { ...data, pages };
  });
}

export const totalsKey = ["totals"] as const;

/** The state of a file that is shown by itself. */
export const fileKey = (id: string) => ["file", id] as const;

/** Shows a newer state of a file wherever it is shown. */
export function showFile(client: QueryClient, file: StoredFile) {
  if (client.getQueryState(fileKey(file.id))) client.setQueryData(fileKey(file.id), file);
}
