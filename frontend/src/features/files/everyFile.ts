import { api, type FilesFilter, mostAtOnce } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";

/** Lists all files that match, however many; `found` learns how many they are so far. */
export async function everyFile(filter: FilesFilter, signal: AbortSignal, found: (files: number) => void) {
  const files: StoredFile[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof api.files>> = await api.files(
      { ...filter, limit: mostAtOnce, cursor },
      signal,
    );
    files.push(...page.items);
    found(files.length);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return files;
}
