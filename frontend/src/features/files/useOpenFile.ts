import { useQuery } from "@tanstack/react-query";
import { ApiError, api } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { fileKey } from "./useFiles";

/** Returns the file of the preview, from the list or loaded from the server. */
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
