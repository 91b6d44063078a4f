import { describe, expect, it } from "vitest";
import type { StoredFile } from "@/shared/api/types";
import { fileAt, insert, remove, replace } from "./placement";
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

describe("inserting new files", () => {
  it.each([
    [[at("n", 23)], "ndc|b"],
    [[at("n", 18)], "dnc|b"],
    [[at("n", 12)], "dc|nb"],
    [[at("n", 5)], "dc|bn"],
    [[at("m", 5), at("n", 23), at("o", 12), at("p", 22)], "npdc|obm"],
    [[at("e", 20)], "edc|b"],
    [[at("a", 20)], "dac|b"],
  ])("%#", (files, expected) => expect(ids(insert(files, pages(false), newest))).toBe(expected));

  it("leaves out files after the loaded pages", () => {
    const loaded = pages(true);
    expect(insert([at("n", 5)], loaded, newest)).toBe(loaded);
    expect(ids(insert([at("n", 5), at("o", 12)], loaded, newest))).toBe("dc|ob");
  });
  it("leaves out files that are listed already", () => {
    const loaded = pages(false);
    expect(insert([at("c", 23)], loaded, newest)).toBe(loaded);
  });
  it("compares names without case and accents", () => {
    const list = [{ items: [at("1", 1, "alpha"), at("2", 1, "Gamma")], next_cursor: null }];
    const sorted = insert([at("3", 1, "Éclair"), at("4", 1, "Beta")], list, { sort: "name", order: "asc" });
    expect(ids(sorted)).toBe("1432");
  });
  it("inserts into an empty list", () => {
    expect(ids(insert([at("n", 1)], [{ items: [], next_cursor: null }], newest))).toBe("n");
  });
});

describe("editing pages", () => {
  it("replaces and removes", () => {
    const renamed = replace(new Map([["b", at("b", 10, "new name")]]), pages(false));
    expect(renamed[1]?.items[0]?.name).toBe("new name");
    expect(ids(remove(new Set(["c", "b"]), pages(false)))).toBe("d|");
  });
  it("keeps what does not change", () => {
    const loaded = pages(false);
    expect(remove(new Set(["z"]), loaded)).toBe(loaded);
    expect(replace(new Map([["b", at("b", 10)]]), loaded)[0]).toBe(loaded[0]);
  });
  it("finds a file by its index", () => {
    expect(fileAt(2, pages(false))?.id).toBe("b");
    expect(fileAt(3, pages(false))).toBeUndefined();
  });
});
