import type { QueryClient } from "@tanstack/react-query";
import { subscribe } from "@/shared/api/events";
import type { StoredFile } from "@/shared/api/types";
import { batched } from "./batch";
import { matches } from "./filters";
import { insert, remove, replace } from "./placement";
import { editLists, fileKey, filesKey, showFile, totalsKey } from "./useFiles";

// Every list that was ever loaded is kept true to the server's events, also while another view is shown.

/** What events have said of some files: their latest state, or null for those that are deleted. */
export type Changes = ReadonlyMap<string, StoredFile | null>;

/** Sees the changes before the lists do; returns the new files that must wait. */
type Reader = (changes: Changes) => ReadonlySet<string>;

let started = false;
const readers = new Set<Reader>();

/** Adds a reader of the changes; the returned function removes it. */
export function read(reader: Reader): () => void {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** Puts files into the lists that they belong to. */
export function insertEverywhere(client: QueryClient, files: StoredFile[]) {
  editLists(client, (pages, query) => {
    const fitting = files.filter((file) => matches(file, query));
    return fitting.length === 0 ? pages : insert(fitting, pages, query);
  });
}

function apply(client: QueryClient, changes: Changes) {
  const waiting = new Set([...readers].flatMap((reader) => [...reader(changes)]));
  const present = new Map<string, StoredFile>();
  const gone = new Set<string>();
  for (const [id, file] of changes) {
    if (file) present.set(id, file);
    else gone.add(id);
  }
  editLists(client, (pages) => replace(present, remove(gone, pages)));
  insertEverywhere(
    client,
    [...present.values()].filter((file) => !waiting.has(file.id)),
  );
  for (const file of present.values()) showFile(client, file);
  for (const id of gone) {
    if (client.getQueryState(fileKey(id))) void client.invalidateQueries({ queryKey: fileKey(id) });
  }
}

/** Begins to follow the events, once. */
export function keepLive(client: QueryClient) {
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
