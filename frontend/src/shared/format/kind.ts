export type Kind = "image" | "video" | "audio" | "pdf" | "text" | "archive" | "table" | "code" | "other";

const archives = /zip|x-tar|gzip|x-7z|rar|bzip|x-xz|zstd/;
const tables = /csv|spreadsheet|excel/;
const codes = /json|xml|javascript|yaml|toml|x-sh/;

/** What a media type is to people: decides icon and preview. */
export function kindOf(mediaType: string): Kind {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type.startsWith("image/")) return "image";
  if (type.startsWith("video/")) return "video";
  if (type.startsWith("audio/")) return "audio";
  if (type === "application/pdf") return "pdf";
  if (tables.test(type)) return "table";
  if (codes.test(type)) return "code";
  if (type.startsWith("text/")) return "text";
  if (archives.test(type)) return "archive";
  return "other";
}

/** Whether the bytes can be shown as plain text. */
export function isTextual(mediaType: string): boolean {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  return type.startsWith("text/") || /json|xml|javascript|yaml|toml/.test(type);
}
