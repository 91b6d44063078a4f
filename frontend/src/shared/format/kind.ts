export type Kind =
  | "image"
  | "video"
  | "audio"
  | "pdf"
  | "document"
  | "table"
  | "slides"
  | "text"
  | "code"
  | "archive"
  | "disk"
  | "font"
  | "program"
  | "other";

/** How the page previews a file. */
export type PreviewKind = "image" | "video" | "audio" | "pdf" | "text" | null;

interface TypeFacts {
  kind: Kind;
  /** The name for people, such as "Word document". */
  words: string;
  preview: PreviewKind;
}

const office = "application/vnd.openxmlformats-officedocument.";
const open = "application/vnd.oasis.opendocument.";

/** The types whose kind and name do not follow from their family. An entry is: kind, name, types. */
const table: [Kind, string, ...string[]][] = [
  ["image", "JPEG image", "image/jpeg", "image/jpg"],
  ["image", "SVG image", "image/svg+xml"],
  ["image", "icon", "image/x-icon", "image/vnd.microsoft.icon"],
  ["image", "Photoshop image", "image/vnd.adobe.photoshop", "image/x-psd"],
  ["video", "QuickTime video", "video/quicktime"],
  ["video", "Matroska video", "video/matroska", "video/x-matroska"],
  ["audio", "MP3 recording", "audio/mpeg", "audio/mp3"],
  ["pdf", "PDF document", "application/pdf"],
  ["document", "Word document", "application/msword", `${office}wordprocessingml.document`],
  ["document", "Word template", `${office}wordprocessingml.template`],
  ["document", "OpenDocument text", `${open}text`],
  ["document", "RTF document", "application/rtf", "text/rtf"],
  ["document", "e-book", "application/epub+zip", "application/x-mobipocket-ebook"],
  ["document", "PostScript document", "application/postscript"],
  ["document", "Outlook message", "application/vnd.ms-outlook"],
  ["table", "Excel sheet", "application/vnd.ms-excel", `${office}spreadsheetml.sheet`],
  ["table", "OpenDocument sheet", `${open}spreadsheet`],
  ["table", "CSV table", "text/csv"],
  ["table", "TSV table", "text/tab-separated-values"],
  [
    "slides",
    "PowerPoint presentation",
    "application/vnd.ms-powerpoint",
    `${office}presentationml.presentation`,
  ],
  ["slides", "OpenDocument presentation", `${open}presentation`],
  ["text", "text file", "text/plain"],
  ["text", "Markdown text", "text/markdown", "text/x-markdown"],
  ["text", "calendar file", "text/calendar"],
  ["text", "contact card", "text/vcard", "text/x-vcard"],
  ["text", "subtitle file", "text/vtt", "application/x-subrip"],
  ["code", "web page", "text/html", "application/xhtml+xml"],
  ["code", "style sheet", "text/css"],
  ["code", "JSON file", "application/json", "application/geo+json", "application/x-ndjson"],
  ["code", "XML file", "application/xml", "text/xml", "application/rss+xml", "application/atom+xml"],
  ["code", "YAML file", "application/yaml", "application/x-yaml", "text/yaml"],
  ["code", "TOML file", "application/toml"],
  ["code", "SQL file", "application/sql"],
  ["code", "script", "text/javascript", "application/javascript", "application/x-javascript"],
  [
    "code",
    "script",
    "application/x-sh",
    "text/x-shellscript",
    "text/x-python",
    "text/x-php",
    "application/x-php",
  ],
  ["archive", "ZIP archive", "application/zip", "application/x-zip-compressed"],
  ["archive", "tar archive", "application/x-tar"],
  ["archive", "gzip archive", "application/gzip", "application/x-gzip"],
  ["archive", "bzip2 archive", "application/x-bzip2"],
  ["archive", "xz archive", "application/x-xz"],
  ["archive", "Zstandard archive", "application/zstd"],
  ["archive", "7-Zip archive", "application/x-7z-compressed"],
  ["archive", "RAR archive", "application/vnd.rar", "application/x-rar-compressed"],
  ["archive", "Java archive", "application/java-archive"],
  [
    "disk",
    "disk image",
    "application/x-iso9660-image",
    "application/x-raw-disk-image",
    "application/x-apple-diskimage",
  ],
  ["program", "program", "application/vnd.microsoft.portable-executable", "application/x-msdownload"],
  ["program", "program", "application/x-elf", "application/x-executable", "application/x-mach-binary"],
  ["program", "package", "application/vnd.debian.binary-package", "application/x-rpm"],
  ["program", "Android app", "application/vnd.android.package-archive"],
  ["other", "SQLite database", "application/vnd.sqlite3", "application/x-sqlite3"],
  ["other", "binary file", "application/octet-stream"],
];

const known = new Map(
  table.flatMap(([kind, words, ...types]) => types.map((type) => [type, { kind, words }])),
);

/** Kind and noun of each family of types. */
const families: Record<string, [Kind, string]> = {
  image: ["image", "image"],
  video: ["video", "video"],
  audio: ["audio", "recording"],
  text: ["text", "text"],
  font: ["font", "font"],
};

/** Types with a structured syntax suffix (RFC 6839), which are text. */
const structured = /^application\/[\w.-]+\+(json|xml|yaml)$/;

/** Returns the kind, name and preview of a media type. */
export function factsOf(mediaType: string): TypeFacts {
  const type = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  const { kind, words } = known.get(type) ?? guess(type);
  return { kind, words, preview: previewOf(type, kind) };
}

export function kindOf(mediaType: string): Kind {
  return factsOf(mediaType).kind;
}

function guess(type: string): Pick<TypeFacts, "kind" | "words"> {
  const [family = "", subtype = ""] = type.split("/");
  const format = subtype.replace(/^(x-|vnd\.)/, "");
  const ending = structured.exec(type)?.[1];
  if (ending) return { kind: "code", words: `${ending.toUpperCase()} file` };
  const [kind, noun] = families[family] ?? [];
  if (!kind || !noun) return { kind: "other", words: type === "" ? "file" : `${type} file` };
  if (kind === "text" && subtype.startsWith("x-")) return { kind: "code", words: `${format} file` };
  return { kind, words: `${format.length <= 5 ? format.toUpperCase() : format} ${noun}` };
}

function previewOf(type: string, kind: Kind): PreviewKind {
  if (kind === "image" || kind === "video" || kind === "audio" || kind === "pdf") return kind;
  if (type === "text/rtf") return null;
  return kind === "code" || kind === "text" || type.startsWith("text/") ? "text" : null;
}

/** Returns all types of some kinds that are in the table, for a filter. */
export function typesOf(...kinds: Kind[]): string[] {
  return table.flatMap(([kind, , ...types]) => (kinds.includes(kind) ? types : []));
}
