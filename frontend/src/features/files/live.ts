import type { Query, QueryClient } from "@tanstack/react-query";
import { subscribe } from "@/shared/api/events";
import type { FilesQuery, StoredFile } from "@/shared/api/types";
import { batched } from "./batch";
import { listsAll } from "./filters";
import { insert, remove, replace } from "./placement";
import { editLists, fileKey, filesKey, showFile, totalsKey } from "./useFiles";

// The server's events keep all cached lists up to date, also those of other views. Changed and deleted files are
// edited in every list. New files are inserted into lists of all files; only the server can tell whether they belong
// to a filtered list, so such a list is refetched.

/** The files that have changed, with their new state, or null if they are deleted. */
export type Changes = ReadonlyMap<string, StoredFile | null>;

/** Gets the changes before the lists do. It may return the ids of new files that must not be inserted yet. */
type Listener = (changes: Changes) => ReadonlySet<string> | undefined;

let started = false;
const listeners = new Set<Listener>();

/** Calls `listener` for every batch of changes; the returned function unsubscribes it. */
export function onFileChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Inserts files into the lists of all files. */
export function insertIntoLists(client: QueryClient, files: StoredFile[]) {
  editLists(client, (pages, query) => (listsAll(query) ? insert(files, pages, query) : pages));
}

/** The shortest time between two refetches of filtered lists, in milliseconds. */
const refetchInterval = 1000;
let refetching = false;
let outdated = false;

const filteredLists = {
  queryKey: filesKey,
  predicate: ({ queryKey }: Query) => !listsAll(queryKey[1] as FilesQuery),
};

async function refetchFilteredLists(client: QueryClient) {
  outdated = true;
  if (refetching) return;
  refetching = true;
  while (outdated) {
    // A refetch would cancel a request for the next page, again and again while new files arrive.
    if (client.isFetching(filteredLists) === 0) {
      outdated = false;
      await client.invalidateQueries(filteredLists);
    }
    await new Promise((resolve) => setTimeout(resolve, refetchInterval));
  }
  refetching = false;
}

function apply(client: QueryClient, changes: Changes) {
  const waiting = new Set([...listeners].flatMap((listener) => [...(listener(changes) ?? [])]));
  const present = new Map<string, StoredFile>();
  const gone = new Set<string>();
  for (const [id, file] of changes) {
    if (file) present.set(id, file);
    else gone.add(id);
  }
  editLists(client, (pages) => replace(present, remove(gone, pages)));
  insertIntoLists(
    client,
    [...present.values()].filter((file) => !waiting.has(file.id)),
  );
  if (present.size > 0) void refetchFilteredLists(client);
  for (const file of present.values()) showFile(client, file);
  for (const id of gone) {
    if (client.getQueryState(fileKey(id))) void client.invalidateQueries({ queryKey: fileKey(id) });
  }
}

/** Starts to follow the events; later calls do nothing. */
export function startLiveLists(client: QueryClient) {
  if (started) return;
  started = true;
  const change = batched<StoredFile | null>((changes) => apply(client, changes));
  subscribe("file.created", (file) => change(file.id, file));
  subscribe("file.changed", (file) => change(file.id, file));
  subscribe("file.deleted", ({ id }) => change(id, null));
  subscribe("reset", () => {
    void client.invalidateQueries({ queryKey: filesKey });
    void client.invalidateQueries({ queryKey: ["file"] });
    void client.invalidateQueries({ queryKey: totalsKey });
  });
}
