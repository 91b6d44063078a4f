import { api, maxBatch } from "@/shared/api/client";
import type { FilePage, FilesFilter, StoredFile } from "@/shared/api/types";

/** Lists all files that match, however many there are; calls `onProgress` with the number found so far. */
export async function everyFile(
  filter: FilesFilter,
  signal: AbortSignal,
  onProgress: (files: number) => void,
) {
  const files: StoredFile[] = [];
  let cursor: string | undefined;
  do {
    const page: FilePage = await api.files({ ...filter, limit: maxBatch, cursor }, signal);
    files.push(...page.items);
    onProgress(files.length);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return files;
}
