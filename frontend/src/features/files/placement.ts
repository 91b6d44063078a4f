import type { FilesQuery } from "@/shared/api/client";
import type { Page, StoredFile } from "@/shared/api/types";

type Pages = Page<StoredFile>[];

/** Whether `a` comes before `b` in the order of the request; ids break ties as on the server. */
export function before(a: StoredFile, b: StoredFile, query: FilesQuery): boolean {
  const sort = query.sort ?? "created_at";
  const key = (f: StoredFile) => (sort === "name" ? f.name.toLowerCase() : f[sort]);
  const [x, y] = key(a) === key(b) ? [a.id, b.id] : [key(a), key(b)];
  return query.order === "asc" ? x < y : x > y;
}

/** Where a file belongs among the loaded ones, or null when that is beyond the last loaded page. */
export function placeOf(file: StoredFile, pages: Pages, query: FilesQuery): number | null {
  const items = pages.flatMap((page) => page.items);
  const index = items.findIndex((other) => before(file, other, query));
  if (index >= 0) return index;
  return pages.at(-1)?.next_cursor ? null : items.length;
}

/** The pages with the file put at that place, counted over all of them. */
export function insertAt(file: StoredFile, index: number, pages: Pages): Pages {
  let start = 0;
  for (const [i, page] of pages.entries()) {
    const here = index - start;
    const fits = here < page.items.length || (here === page.items.length && i === pages.length - 1);
    if (fits) return pages.with(i, { ...page, items: page.items.toSpliced(here, 0, file) });
    start += page.items.length;
  }
  return pages;
}

export function replaceIn(file: StoredFile, pages: Pages): Pages {
  return pages.map((page) => {
    const index = page.items.findIndex((other) => other.id === file.id);
    return index < 0 ? page : { ...page, items: page.items.with(index, file) };
  });
}

export function removeFrom(id: string, pages: Pages): Pages {
  return pages.map((page) =>
    page.items.some((file) => file.id === id)
      ? { ...page, items: page.items.filter((file) => file.id !== id) }
      : page,
  );
}
