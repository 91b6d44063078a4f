import { describe, expect, it } from "vitest";
import { all, extend, nothing, only, prune, type Selection, toggle } from "./selection";
import { target } from "./useListKeys";

const order = ["a", "b", "c", "d", "e"];
const ids = (selection: Selection) => [...selection.ids].sort().join("");

describe("selection", () => {
  it("toggles", () => {
    expect(ids(toggle(toggle(nothing, "a"), "c"))).toBe("ac");
    expect(ids(toggle(only("a"), "a"))).toBe("");
  });
  it("extends from the anchor both ways", () => {
    expect(ids(extend(only("c"), "e", order))).toBe("cde");
    expect(ids(extend(extend(only("c"), "e", order), "a", order))).toBe("abc");
  });
  it("keeps the rest when adding", () =>
    expect(ids(extend(toggle(only("a"), "d"), "e", order, true))).toBe("ade"));
  it("starts at the file itself without an anchor", () => expect(ids(extend(nothing, "b", order))).toBe("b"));
  it("forgets what is gone", () => {
    const pruned = prune(all(order), ["b", "c"]);
    expect(ids(pruned)).toBe("bc");
    expect(pruned.anchor).toBeNull();
  });
  it("stays the same object when nothing is gone", () => {
    const selection = only("a");
    expect(prune(selection, order)).toBe(selection);
  });
});

describe("keys of movement", () => {
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
