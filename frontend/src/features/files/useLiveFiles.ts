import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { FilesQuery } from "@/shared/api/client";
import { useEvent } from "@/shared/api/events";
import type { StoredFile } from "@/shared/api/types";
import { matches } from "./filters";
import { insertAt, placeOf, removeFrom, replaceIn } from "./placement";
import { editLists, filesKey } from "./useFiles";

/** The part of the list that the reader sees, as indexes of files. */
export interface Viewport {
  atTop: boolean;
  last: number;
}

/**
 * Keeps the lists true to the server's events. A new file that belongs above or between what the reader
 * sees waits in `fresh` until `showFresh` or a return to the top; below, it just appears.
 */
export function useLiveFiles(query: FilesQuery, viewport: RefObject<Viewport>) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<StoredFile[]>([]);
  const current = useRef(query);
  if (current.current !== query) current.current = query;

  const insert = useCallback(
    (file: StoredFile) =>
      editLists(client, (pages, listed) => {
        if (!matches(file, listed)) return pages;
        if (pages.some((page) => page.items.some((other) => other.id === file.id))) return pages;
        const place = placeOf(file, pages, listed);
        return place === null ? pages : insertAt(file, place, pages);
      }),
    [client],
  );

  const created = useCallback(
    (file: StoredFile) => {
      const list = client.getQueryData<{ pages: Parameters<typeof placeOf>[1] }>([
        ...filesKey,
        current.current,
      ]);
      const place =
        list && matches(file, current.current) ? placeOf(file, list.pages, current.current) : null;
      const disturbs = place !== null && !viewport.current.atTop && place <= viewport.current.last;
      if (disturbs) setFresh((waiting) => [...waiting.filter((f) => f.id !== file.id), file]);
      else insert(file);
    },
    [client, insert, viewport],
  );
  const changed = useCallback(
    (file: StoredFile) => {
      editLists(client, (pages) => replaceIn(file, pages));
      client.setQueryData(["file", file.id], file);
    },
    [client],
  );
  const deleted = useCallback(
    ({ id }: { id: string }) => {
      editLists(client, (pages) => removeFrom(id, pages));
      setFresh((waiting) => waiting.filter((f) => f.id !== id));
    },
    [client],
  );
  const reset = useCallback(() => {
    void client.invalidateQueries({ queryKey: filesKey });
    void client.invalidateQueries({ queryKey: ["file"] });
  }, [client]);

  useEvent("file.created", created);
  useEvent("file.changed", changed);
  useEvent("file.deleted", deleted);
  useEvent("reset", reset);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what waited belongs to the former request
  useEffect(() => setFresh([]), [query]);

  const showFresh = useCallback(() => {
    for (const file of fresh) insert(file);
    setFresh([]);
  }, [fresh, insert]);

  return { fresh: fresh.length, showFresh };
}
