import { type InfiniteData, type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { api, type FilesQuery } from "@/shared/api/client";
import { editQueries } from "@/shared/api/edits";
import type { Page, StoredFile } from "@/shared/api/types";

export type FilesData = InfiniteData<Page<StoredFile>, string | null>;

export const filesKey = ["files"] as const;

/** The files of a request, page after page by the server's cursor. */
export function useFiles(query: FilesQuery) {
  return useInfiniteQuery({
    queryKey: [...filesKey, query],
    queryFn: ({ pageParam, signal }) => api.files({ ...query, limit: 100, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: (previous) => previous,
  });
}

/** Changes the pages of every cached list. */
export function editLists(
  client: QueryClient,
  edit: (pages: Page<StoredFile>[], query: FilesQuery) => Page<StoredFile>[],
) {
  editQueries<FilesData>(client, filesKey, (data, key) => {
    const pages = edit(data.pages, key[1] as FilesQuery);
    return pages === data.pages ? data : { ...data, pages };
  });
}
