import { describe, expect, it } from "vitest";
import { file } from "./sample";
import { all, covers, extend, nothing, type Selection, toggle, without } from "./selection";
import { target } from "./useListKeys";

const list = ["a", "b", "c", "d", "e"].map((id) => file({ id }));
const named = (id: string) => file({ id });
const [a, c, d] = [named("a"), named("c"), named("d")];
const only = (id: string) => extend(nothing, id, list);
const ids = (selection: Selection) => [...selection.files.keys()].sort().join("");

describe("selection", () => {
  it("toggles", () => {
    expect(ids(toggle(toggle(nothing, a), c))).toBe("ac");
    expect(ids(toggle(only("a"), a))).toBe("");
  });
  it("extends from the anchor both ways", () => {
    expect(ids(extend(only("c"), "e", list))).toBe("cde");
    expect(ids(extend(extend(only("c"), "e", list), "a", list))).toBe("abc");
  });
  it("keeps the rest when adding", () =>
    expect(ids(extend(toggle(only("a"), d), "e", list, true))).toBe("ade"));
  it("starts at the file itself without an anchor", () => expect(ids(extend(nothing, "b", list))).toBe("b"));
  it("knows whether it has the whole list", () => {
    expect(covers(all(list), list)).toBe(true);
    expect(covers(toggle(all([...list, file({ id: "f" })]), a), list)).toBe(false);
    expect(covers(nothing, [])).toBe(false);
  });
  it("removes deleted files, and stays the same object without any", () => {
    const selection = all(list);
    expect(ids(without(selection, new Set(["a", "d"])))).toBe("bce");
    expect(without(selection, new Set(["z"]))).toBe(selection);
  });
});

describe("movement keys", () => {
  const table = { count: 20, columns: 1, pageRows: 5, active: 3, sideways: false };
  const grid = { count: 20, columns: 4, pageRows: 3, active: 5, sideways: true };
  it.each([
    ["ArrowDown", table, 4],
    ["ArrowUp", { ...table, active: 0 }, 0],
    ["End", table, 19],
    ["Home", table, 0],
    ["PageDown", table, 7],
    ["ArrowRight", table, null],
    ["ArrowRight", { ...table, sideways: true }, 4],
    ["ArrowDown", grid, 9],
    ["ArrowLeft", grid, 4],
    ["ArrowUp", { ...grid, active: 2 }, 2],
    ["ArrowDown", { ...grid, active: 18 }, 19],
    ["x", grid, null],
  ])("%s", (key, keys, expected) => expect(target(key, keys)).toBe(expected));
});
