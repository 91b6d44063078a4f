import { describe, expect, it } from "vitest";
import type { StoredFile } from "@/shared/api/types";
import { insertAt, placeOf, removeFrom, replaceIn } from "./placement";
import { file } from "./sample";

const at = (id: string, hour: number, name = id): StoredFile =>
  file({ id, name, created_at: `2026-11-24T${String(hour).padStart(2, "0")}:00:00.000000Z` });
const pages = (more: boolean) => [
  { items: [at("d", 20), at("c", 15)], next_cursor: "x" },
  { items: [at("b", 10)], next_cursor: more ? "y" : null },
];
const ids = (list: { items: StoredFile[] }[]) =>
  list.map((page) => page.items.map((f) => f.id).join("")).join("|");
const newest = { sort: "created_at", order: "desc" } as const;

describe("a new file's place", () => {
  it.each([
    [at("n", 23), 0],
    [at("n", 18), 1],
    [at("n", 12), 2],
    [at("n", 5), 3],
  ])("newest first", (f, place) => expect(placeOf(f, pages(false), newest)).toBe(place));

  it("is unknown beyond the loaded pages", () => expect(placeOf(at("n", 5), pages(true), newest)).toBeNull());
  it("goes by name without case", () => {
    const list = [{ items: [at("1", 1, "alpha"), at("2", 1, "Gamma")], next_cursor: null }];
    expect(placeOf(at("3", 1, "Beta"), list, { sort: "name", order: "asc" })).toBe(1);
  });
  it("breaks ties by id", () => {
    expect(placeOf(at("e", 20), pages(false), newest)).toBe(0);
    expect(placeOf(at("a", 20), pages(false), newest)).toBe(1);
  });
});

describe("editing pages", () => {
  it.each([
    [0, "ndc|b"],
    [1, "dnc|b"],
    [2, "dc|nb"],
    [3, "dc|bn"],
  ])("inserts at %d", (index, expected) =>
    expect(ids(insertAt(at("n", 1), index, pages(false)))).toBe(expected),
  );

  it("inserts into an empty list", () => {
    expect(ids(insertAt(at("n", 1), 0, [{ items: [], next_cursor: null }]))).toBe("n");
  });
  it("replaces and removes", () => {
    expect(replaceIn(at("b", 10, "new name"), pages(false))[1]?.items[0]?.name).toBe("new name");
    expect(ids(removeFrom("c", pages(false)))).toBe("d|b");
  });
});
