import { describe, expect, it } from "vitest";
import { bytes, exactBytes, plural, roundBytes } from "./bytes";
import { factsOf, kindOf } from "./kind";
import { folderOf, foldName, nameParts, visibleName } from "./name";
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

  it("formats the exact count", () => {
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
  const office = "application/vnd.openxmlformats-officedocument.";
  it.each([
    ["image/png", "image", "PNG image", "image"],
    ["image/svg+xml", "image", "SVG image", "image"],
    ["text/csv", "table", "CSV table", "text"],
    ["text/plain; charset=utf-8", "text", "text file", "text"],
    ["application/json", "code", "JSON file", "text"],
    ["application/ld+json", "code", "JSON file", "text"],
    ["text/x-go", "code", "go file", "text"],
    ["application/x-tar", "archive", "tar archive", null],
    [`${office}wordprocessingml.document`, "document", "Word document", null],
    [`${office}spreadsheetml.sheet`, "table", "Excel sheet", null],
    [`${office}presentationml.presentation`, "slides", "PowerPoint presentation", null],
    ["application/vnd.oasis.opendocument.text", "document", "OpenDocument text", null],
    ["application/x-thing", "other", "application/x-thing file", null],
    ["", "other", "file", null],
  ])("%s is %s", (type, kind, words, preview) => {
    expect(kindOf(type)).toBe(kind);
    expect(factsOf(type)).toEqual({ kind, words, preview });
  });
});

describe("names", () => {
  it.each([
    ["holiday\u202egnp.exe", "holidaygnp.exe"],
    ["a\u200b.exe\ufeff", "a.exe"],
    [
      "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.mp4",
      "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645.mp4",
    ],
    ["\u{1f468}\u200d\u{1f469}.png", "\u{1f468}\u200d\u{1f469}.png"],
    ["\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}.txt", "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}.txt"],
    ["a\u{e0067}.txt", "a.txt"],
    [" \u2066 ", "unnamed"],
    ["\u3164\u2800\ufe0f", "unnamed"],
    ["\u200da.txt\u200c", "a.txt"],
    ["\u2764\ufe0f.txt", "\u2764\ufe0f.txt"],
    ["\u0600123", "\u0600123"],
    ["Icon\r", "Icon"],
    ["a\r\nb", "a  b"],
    ["nul\u0000\u001b[31m\u007f\u0085x", "nul[31m x"],
  ])("%j is shown as %j", (name, shown) => expect(visibleName(name)).toBe(shown));

  it("fold to one form", () => {
    expect(foldName("GR\u00d6SSEN")).toBe(foldName("gro\u0308ssen"));
    expect(foldName("STRASSE")).toBe(foldName("stra\u00dfe"));
    expect(foldName("\u039f\u0394\u039f\u03a3 a")).toBe(foldName("\u03bf\u03b4\u03bf\u03c2 a"));
    expect(foldName("\ud55c\uae00")).toBe(foldName("\u1112\u1161\u11ab\u1100\u1173\u11af"));
  });
  it("are split between characters, before their end", () => {
    expect(nameParts("short.txt")).toEqual(["short.txt", ""]);
    expect(nameParts("a very long name of a thing.tar.gz")).toEqual([
      "a very long name of a ",
      "thing.tar.gz",
    ]);
    const marked = `${"a".repeat(22)}e\u0301${"b".repeat(11)}`;
    expect(nameParts(marked)).toEqual(["a".repeat(22), `e\u0301${"b".repeat(11)}`]);
  });
  it("have a folder if they were uploaded in one", () => {
    expect(folderOf("photos/2026\u202e/a.png")).toBe("photos/2026");
    expect(folderOf("a.png")).toBe("");
    expect(folderOf(undefined)).toBe("");
  });
});
