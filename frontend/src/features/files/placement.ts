import type { FilePage, FilesQuery, StoredFile } from "@/shared/api/types";
import { foldName } from "@/shared/format/name";

export type Pages = FilePage[];

/** Reports whether `a` comes before `b` in the order of the query. As on the server, ids break ties. */
export function before(a: StoredFile, b: StoredFile, query: FilesQuery): boolean {
  const sort = query.sort ?? "created_at";
  const key = (f: StoredFile) => (sort === "name" ? foldName(f.name) : f[sort]);
  const [x, y] = key(a) === key(b) ? [a.id, b.id] : [key(a), key(b)];
  return query.order === "asc" ? x < y : x > y;
}

/** Returns the file at an index counted over all pages. */
export function fileAt(index: number, pages: Pages): StoredFile | undefined {
  let start = 0;
  for (const { items } of pages) {
    if (index < start + items.length) return items[index - start];
    start += items.length;
  }
  return undefined;
}

/** Inserts files in the order of the query, except those that belong after the last loaded page. */
export function insert(files: StoredFile[], pages: Pages, query: FilesQuery): Pages {
  const present = new Set(pages.flatMap((page) => page.items.map((file) => file.id)));
  const waiting = files
    .filter((file) => !present.has(file.id))
    .sort((a, b) => (before(a, b, query) ? -1 : 1))
    .reverse();
  const { length } = waiting;
  const merged = pages.map((page) => {
    if (waiting.length === 0) return page;
    const items: StoredFile[] = [];
    for (const item of page.items) {
      for (let next = waiting.at(-1); next && before(next, item, query); next = waiting.at(-1)) {
        items.push(next);
        waiting.pop();
      }
      items.push(item);
    }
    return items.length === page.items.length ? page : { ...page, items };
  });
  const last = merged.at(-1);
  if (!last || last.next_cursor || waiting.length === 0) return waiting.length === length ? pages : merged;
  return merged.with(-1, { ...last, items: [...last.items, ...waiting.reverse()] });
}

/** Replaces files by their newer states. */
export function replace(files: ReadonlyMap<string, StoredFile>, pages: Pages): Pages {
  return edit(pages, (items) =>
    items.some((file) => files.has(file.id)) ? items.map((file) => files.get(file.id) ?? file) : items,
  );
}

/** Removes files from the pages. */
export function remove(ids: { has: (id: string) => boolean; size: number }, pages: Pages): Pages {
  return edit(pages, (items) =>
    items.some((file) => ids.has(file.id)) ? items.filter((file) => !ids.has(file.id)) : items,
  );
}

/** Changes the items of each page. Pages without a change stay the same objects, and so does the list of pages. */
function edit(pages: Pages, change: (items: StoredFile[]) => StoredFile[]): Pages {
  let changed = false;
  const next = pages.map((page) => {
    const items = change(page.items);
    if (items === page.items) return page;
    changed = true;
    return { ...page, items };
  });
  return changed ? next : pages;
}
