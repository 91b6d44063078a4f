import { describe, expect, it } from "vitest";
import { readRange } from "./range";
import { spread, ticks } from "./scale";

const now = new Date("2026-11-24T12:00:00Z");
const read = (search: string) => readRange(new URLSearchParams(search), now);

describe("range", () => {
  it.each([
    ["", { preset: "30d", from: "2026-10-26", to: "2026-11-24" }],
    ["range=7d", { preset: "7d", from: "2026-11-18", to: "2026-11-24" }],
    ["range=ever", { preset: "30d", from: "2026-10-26", to: "2026-11-24" }],
    ["from=2026-01-01&to=2026-01-31", { preset: "", from: "2026-01-01", to: "2026-01-31" }],
    ["from=2026-02-01&to=2026-01-31", { preset: "30d", from: "2026-10-26", to: "2026-11-24" }],
    ["from=2020-01-01&to=2026-01-31", { preset: "", from: "2025-01-31", to: "2026-01-31" }],
    ["from=2026-13-01&to=2026-99-31", { preset: "30d", from: "2026-10-26", to: "2026-11-24" }],
  ])("%s", (search, range) => expect(read(search)).toEqual(range));
});

describe("ticks", () => {
  it.each([
    [16, [0, 5, 10, 15, 20]],
    [3, [0, 1, 2, 3]],
    [0, [0, 1]],
  ])("up to %d", (max, expected) => expect(ticks(max)).toEqual(expected));
  it("are round in binary units", () => {
    const GiB = 1024 ** 3;
    expect(ticks(59 * GiB, 4, 1024)).toEqual([0, 20 * GiB, 40 * GiB, 60 * GiB]);
    expect(ticks(1000, 4, 1024)).toEqual([0, 256, 512, 768, 1024]);
    expect(ticks(2.04 * 1024 ** 2, 4, 1024)).toEqual([0, 1, 2, 3].map((n) => n * 1024 ** 2));
  });
});

it("spreads labels over the days", () => {
  expect(spread(30, 4)).toEqual([0, 10, 19, 29]);
  expect(spread(3, 6)).toEqual([0, 1, 2]);
});
