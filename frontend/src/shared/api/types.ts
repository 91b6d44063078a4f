import type { components, operations } from "./schema";

// Short names for the types of the server's OpenAPI document.

type Schemas = components["schemas"];

/** A finished file. Sizes are bytes, times RFC 3339 in UTC. */
export type StoredFile = Schemas["File"];
export type FilePage = Schemas["FilePage"];
/** The number of files that match a filter, and their size in bytes. */
export type FileTotals = Schemas["FileTotals"];
/** The result for one file of a batch deletion. */
export type Deletion = Schemas["Deletion"];
/** An upload in progress; `offset` counts the bytes that the server has acknowledged. */
export type Upload = Schemas["Upload"];
export type UploadPage = Schemas["UploadPage"];
export type ServerInfo = Schemas["Server"];
export type Stats = Schemas["Stats"];
export type StatsDay = Schemas["Day"];
export type StatsType = Schemas["Type"];
export type Problem = Schemas["Problem"];

/** The parameters of a list of files: filter, order and page. */
export type FilesQuery = NonNullable<operations["list-files"]["parameters"]["query"]>;
/** The parameters that filter a list, without order and page. */
export type FilesFilter = NonNullable<operations["get-file-totals"]["parameters"]["query"]>;

/** How an upload ended. */
export type Outcome = "finished" | "refused" | "aborted" | "expired" | "lost" | "no_part" | "no_space";

/** The data of each server-sent event. */
export interface Events {
  "upload.started": Upload;
  "upload.progress": Pick<Upload, "id" | "offset" | "length" | "name">;
  "upload.ended": { id: string; outcome: Outcome; reason?: string };
  "file.created": StoredFile;
  "file.changed": StoredFile;
  "file.deleted": { id: string };
  reset: Record<string, never>;
}
