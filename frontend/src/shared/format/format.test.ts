import { describe, expect, it } from "vitest";
import { bytes, exactBytes, plural, roundBytes } from "./bytes";
import { isTextual, kindOf } from "./kind";
import { ago, dayLabel, duration } from "./time";

describe("bytes", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.00 KiB"],
    [1536, "1.50 KiB"],
    [10_240, "10.0 KiB"],
    [1024 * 1024 - 1, "1.00 MiB"],
    [150 * 1024 * 1024, "150 MiB"],
    [5 * 1024 ** 4, "5.00 TiB"],
    [3000 * 1024 ** 5, "3000 PiB"],
  ])("writes %d as %s", (n, text) => expect(bytes(n)).toBe(text));

  it("tells the exact count", () => {
    expect(exactBytes(1)).toBe("1 byte");
    expect(exactBytes(1234567)).toBe("1,234,567 bytes");
  });
  it("rounds for axes", () => {
    expect(roundBytes(20 * 1024 ** 3)).toBe("20 GiB");
    expect(roundBytes(2.5 * 1024 ** 3)).toBe("2.5 GiB");
    expect(roundBytes(0)).toBe("0 B");
  });
  it("counts things", () => {
    expect(plural(1, "file")).toBe("1 file");
    expect(plural(0, "file")).toBe("0 files");
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
});

describe("time", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  it.each([
    ["2026-11-24T11:59:40Z", "just now"],
    ["2026-11-24T11:58:00Z", "2 minutes ago"],
    ["2026-11-24T09:00:00Z", "3 hours ago"],
    ["2026-11-23T12:00:00Z", "yesterday"],
    ["2026-10-02T12:00:00Z", "Oct 2"],
    ["2025-10-02T12:00:00Z", "Oct 2, 2025"],
    ["2026-11-24T12:00:30Z", "just now"],
  ])("%s is %s", (time, text) => expect(ago(time, now)).toBe(text));

  it.each([
    [0.4, "0 s"],
    [59, "59 s"],
    [61, "1 min 1 s"],
    [600, "10 min"],
    [3725, "1 h 2 min"],
    [7200, "2 h"],
    [200_000, "2 days"],
  ])("%d seconds are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("names UTC days wherever the reader is", () => expect(dayLabel("2026-11-24")).toBe("Nov 24"));
});

describe("kind", () => {
  it.each([
    ["image/png", "image"],
    ["text/csv", "table"],
    ["text/plain; charset=utf-8", "text"],
    ["application/json", "code"],
    ["application/x-tar", "archive"],
    ["", "other"],
  ])("%s is %s", (type, kind) => expect(kindOf(type)).toBe(kind));
  it("knows text in disguise", () => {
    expect(isTextual("application/json")).toBe(true);
    expect(isTextual("application/zip")).toBe(false);
  });
});
