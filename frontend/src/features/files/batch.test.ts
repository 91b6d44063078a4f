import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { batched } from "./batch";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("passes simultaneous changes on in one batch, the latest of each", () => {
  const batches: [string, number][][] = [];
  const change = batched<number>((changes) => batches.push([...changes]));
  change("a", 1);
  change("b", 2);
  change("a", 3);
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(batches).toEqual([
    [
      ["a", 3],
      ["b", 2],
    ],
  ]);
});

it.each([
  ["a stream of changes a few times a second", 20, 11],
  ["a flood of changes twice a second", 1, 3],
])("passes on %s", (_, every, expected) => {
  let batches = 0;
  const change = batched<number>(() => batches++);
  for (let i = 0; i < 1000; i += every) {
    change(String(i), i);
    vi.advanceTimersByTime(every);
  }
  vi.advanceTimersByTime(200);
  expect(batches).toBe(expected);
});
