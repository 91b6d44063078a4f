import type { components } from "./schema";

// The names that the page uses for what the server's OpenAPI document describes.

type Schemas = components["schemas"];

/** A finished file. Sizes are bytes, times RFC 3339 in UTC. */
export type StoredFile = Schemas["File"];
/** How many files match a request, and their bytes. */
export type FileTotals = Schemas["FileTotals"];
/** What became of one file of a deletion. */
export type Deletion = Schemas["Deletion"];
/** An upload in progress; `offset` counts the bytes that are safe on the server. */
export type Upload = Schemas["Upload"];
export type ServerInfo = Schemas["Server"];
export type Stats = Schemas["Stats"];
export type StatsDay = Schemas["Day"];
export type StatsType = Schemas["Type"];
export type Problem = Schemas["Problem"];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** How an upload ended. */
export type Outcome = "finished" | "refused" | "aborted" | "expired" | "lost" | "no_part" | "no_space";

/** What each server-sent event carries. */
export interface Events {
  "upload.started": Upload;
  "upload.progress": Pick<Upload, "id" | "offset" | "length" | "name">;
  "upload.ended": { id: string; outcome: Outcome; reason?: string };
  "file.created": StoredFile;
  "file.changed": StoredFile;
  "file.deleted": { id: string };
  reset: Record<string, never>;
}
