import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { FilesQuery, StoredFile } from "@/shared/api/types";
import { listsAll } from "./filters";
import { type Changes, insertIntoLists, onFileChanges, startLiveLists } from "./live";
import { before, fileAt } from "./placement";
import { pagesOf } from "./useFiles";

/** The visible part of the list, as indexes of files. */
export interface Viewport {
  atTop: boolean;
  last: number;
}

type Fresh = ReadonlyMap<string, StoredFile>;
const none: Fresh = new Map();

/**
 * Keeps the list of a query live. A new file that belongs above or between the visible ones waits in `fresh` until
 * `showFresh` is called or the list is scrolled to the top; below them it is inserted at once.
 */
export function useLiveFiles(query: FilesQuery, viewport: RefObject<Viewport>) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState(none);
  const waiting = useRef(none);
  const wait = useCallback((next: Fresh) => {
    waiting.current = next;
    setFresh(next);
  }, []);
  const showFresh = useCallback(() => {
    const files = [...waiting.current.values()];
    if (files.length === 0) return;
    wait(none);
    insertIntoLists(client, files);
  }, [client, wait]);

  useEffect(() => {
    startLiveLists(client);
    const stop = onFileChanges((changes) => {
      const held = disturbing(changes, query, pagesOf(client, query), viewport.current);
      wait(merge(waiting.current, changes, held));
      return new Set(waiting.current.keys());
    });
    return () => {
      stop();
      showFresh();
    };
  }, [client, query, viewport, wait, showFresh]);

  return { fresh: fresh.size, showFresh };
}

/** Returns the new files that would move the visible ones. Filtered lists are refetched instead. */
function disturbing(changes: Changes, query: FilesQuery, pages: ReturnType<typeof pagesOf>, seen: Viewport) {
  if (seen.atTop || !listsAll(query)) return [];
  const listed = new Set(pages.flatMap((page) => page.items.map((file) => file.id)));
  const edge = fileAt(seen.last, pages);
  return [...changes.values()].filter(
    (file): file is StoredFile =>
      file !== null && !listed.has(file.id) && (!edge || before(file, edge, query)),
  );
}

function merge(waiting: Fresh, changes: Changes, held: StoredFile[]): Fresh {
  if (held.length === 0 && ![...changes.keys()].some((id) => waiting.has(id))) return waiting;
  const next = new Map(waiting);
  for (const [id, file] of changes) {
    if (!next.has(id)) continue;
    if (file) next.set(id, file);
    else next.delete(id);
  }
  for (const file of held) next.set(file.id, file);
  return next;
}
