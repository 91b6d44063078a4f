import { useQuery } from "@tanstack/react-query";
import { ApiError, api } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { fileKey } from "./useFiles";

/** The file of the preview: one of the list, or one that the server is asked for. */
export function useOpenFile(id: string, files: StoredFile[]) {
  const listed = files.find((file) => file.id === id);
  const query = useQuery({
    queryKey: fileKey(id),
    queryFn: ({ signal }) => api.file(id, signal),
    enabled: id !== "" && !listed,
  });
  const gone = !listed && query.error instanceof ApiError && [404, 410].includes(query.error.status);
  return {
    file: listed ?? (gone ? undefined : query.data),
    gone,
    error: query.error,
    retry: () => void query.refetch(),
  };
}

export type OpenFile = ReturnType<typeof useOpenFile>;
