import type { FilesFilter, FilesQuery } from "@/shared/api/types";
import { typesOf } from "@/shared/format/kind";

export type Sort = NonNullable<FilesQuery["sort"]>;
export type Order = NonNullable<FilesQuery["order"]>;
export type Since = "" | "today" | "7d" | "30d";

/** The filters, order and layout of the Files view, as given by its URL. */
export interface Filters {
  q: string;
  type: string;
  state: string;
  since: Since;
  from: string;
  to: string;
  sort: Sort;
  order: "asc" | "desc";
  view: "table" | "grid";
  file: string;
}

/** The types that have a chip: `key` is for the URL, `types` for the request, `noun` for one such file. */
export const groups: { key: string; label: string; noun: string; types: string[] }[] = [
  { key: "", label: "All", noun: "file", types: [] },
  { key: "images", label: "Images", noun: "image", types: ["image/*"] },
  { key: "video", label: "Video", noun: "video", types: ["video/*"] },
  { key: "audio", label: "Audio", noun: "recording", types: ["audio/*"] },
  {
    key: "documents",
    label: "Documents",
    noun: "document",
    types: [...typesOf("pdf", "document"), "text/plain", "text/markdown"],
  },
  { key: "pdf", label: "PDF", noun: "PDF document", types: typesOf("pdf") },
  { key: "sheets", label: "Spreadsheets", noun: "spreadsheet", types: typesOf("table") },
  { key: "slides", label: "Presentations", noun: "presentation", types: typesOf("slides") },
  { key: "text", label: "Text", noun: "text", types: ["text/*"] },
  { key: "code", label: "Code", noun: "code file", types: typesOf("code") },
  { key: "archives", label: "Archives", noun: "archive", types: typesOf("archive", "disk") },
];

/** Returns the group for the `type` of a URL, undefined if that is a media type or pattern. */
export function groupOf(type: string) {
  return groups.find(({ key }) => key === type);
}

/** The initial order of each column: newest first, A to Z, largest first. */
export const firstOrder: Record<Sort, "asc" | "desc"> = { created_at: "desc", name: "asc", size: "desc" };

const day = /^\d{4}-\d{2}-\d{2}$/;
const sorts = new Set<string>(["created_at", "name", "size"]);
const sinces = new Set<string>(["today", "7d", "30d"]);

/** Reads the filters from a URL, and ignores invalid values. */
export function readFilters(search: URLSearchParams): Filters {
  const text = (key: string) => search.get(key) ?? "";
  const sort = (sorts.has(text("sort")) ? text("sort") : "created_at") as Sort;
  const order = text("order");
  return {
    q: text("q"),
    type: groupOf(text("type")) || text("type").includes("/") ? text("type") : "",
    state: text("state"),
    since: (sinces.has(text("since")) ? text("since") : "") as Since,
    from: day.test(text("from")) ? text("from") : "",
    to: day.test(text("to")) ? text("to") : "",
    sort,
    order: order === "asc" || order === "desc" ? order : firstOrder[sort],
    view: text("view") === "grid" ? "grid" : "table",
    file: text("file"),
  };
}

/** Reports whether any filter is set. */
export function isFiltered(f: Filters): boolean {
  return [f.q, f.type, f.state, f.since, f.from, f.to].some((value) => value !== "");
}

function localDay(isoDay: string, plusDays: number): string {
  const [y = 0, m = 1, d = 1] = isoDay.split("-").map(Number);
  return new Date(y, m - 1, d + plusDays).toISOString();
}

/** Returns the query for the filters. Days are in the local time zone, and `to` is included. */
export function toQuery(f: Filters, now = new Date()): FilesQuery {
  const query: FilesQuery = { sort: f.sort, order: f.order };
  if (f.q) query.q = f.q;
  if (f.type) query.type = groupOf(f.type)?.types.join(",") ?? f.type;
  if (f.state) query.state = f.state;
  const back = { "": null, today: 0, "7d": 6, "30d": 29 }[f.since];
  if (back !== null) {
    query.created_after = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).toISOString();
  } else {
    if (f.from) query.created_after = localDay(f.from, 0);
    if (f.to) query.created_before = localDay(f.to, 1);
  }
  return query;
}

/** Returns the part of a query that decides which files it lists, without order and page. */
export function filterOf({
  sort: _sort,
  order: _order,
  limit: _limit,
  cursor: _cursor,
  ...filter
}: FilesQuery) {
  return filter satisfies FilesFilter;
}

/** Reports whether a query lists all files. */
export function listsAll(query: FilesQuery): boolean {
  return Object.keys(filterOf(query)).length === 0;
}
