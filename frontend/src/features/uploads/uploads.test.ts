import { describe, expect, it } from "vitest";
import { Meter } from "./meter";
import { accept, type Rules, refusal, ruleWords } from "./rules";
import { isSystemFile } from "./system-files";
import { count, secondsLeft, type Totals, zero } from "./totals";
import { groupOf, type Transfer } from "./transfer";
import { figures, headline, pace, percent, statusWords } from "./words";

const MiB = 1024 * 1024;

function transfer(patch: Partial<Transfer>): Transfer {
  return {
    id: "1",
    tab: "a",
    name: "Dusk.png",
    size: 40 * MiB,
    type: "image/png",
    path: "",
    lastModified: 0,
    status: "uploading",
    sent: 10 * MiB,
    speed: null,
    movedAt: null,
    reason: "",
    final: false,
    retryAt: null,
    uploadUrl: null,
    uploadId: null,
    unansweredAt: null,
    ...patch,
  };
}

describe("words", () => {
  it.each([
    [{ status: "checking" }, "Checking"],
    [
      { status: "retrying", reason: "Connection lost", retryAt: 6000 },
      "Connection lost, trying again in 5 s",
    ],
    [{ status: "retrying", reason: "Connection lost", retryAt: 900 }, "Connection lost, trying again"],
    [{ status: "retrying", reason: "You are offline" }, "You are offline, continues automatically"],
    [{ status: "refused", reason: "refused: only images are allowed\n" }, "Refused: only images are allowed"],
    [{ status: "refused", reason: "only images are allowed." }, "Refused: only images are allowed"],
    [{ status: "uploading", movedAt: 500 }, "Uploading"],
    [{ status: "uploading", movedAt: -4500 }, "No data for 5 s"],
    [{ status: "needs-file" }, "Select the file again to continue"],
  ] as [Partial<Transfer>, string][])("%j", (patch, text) =>
    expect(statusWords(transfer(patch), 1000)).toBe(text),
  );

  it("formats progress, speed and time left", () => {
    expect(figures(transfer({ speed: 3 * MiB }))).toBe("10.0 of 40.0 MiB · 3.00 MiB/s · 10 s left");
    expect(figures(transfer({ speed: MiB / 4 }))).toBe("10.0 of 40.0 MiB · 256 KiB/s · 2 min left");
    expect(figures(transfer({ sent: 512 }))).toBe("512 B of 40.0 MiB");
    expect(figures(transfer({ status: "done" }))).toBe("40.0 MiB");
  });
  it("rounds percentages down", () => {
    expect(percent(999_999, 1_000_000)).toBe(99);
    expect(percent(0, 0)).toBe(100);
  });
});

function totals(...list: Transfer[]): Totals {
  const sum = { ...zero };
  for (const t of list) count(sum, t);
  return sum;
}

describe("the totals", () => {
  const moves = transfer({ speed: 2 * MiB });
  const done = transfer({ status: "done", sent: 40 * MiB });
  const refused = transfer({ status: "refused", sent: 0, final: true });
  const lost = transfer({ status: "needs-file", size: 1000 * MiB });
  it("exclude refused transfers and those that need their file", () => {
    const sum = totals(moves, done, refused, lost);
    expect(sum).toMatchObject({ moving: 1, done: 1, stopped: 1, retriable: 0, needFile: 1 });
    expect(sum).toMatchObject({ bytes: 80 * MiB, sent: 50 * MiB });
    expect(secondsLeft(sum)).toBe(15);
    expect(pace(sum)).toBe("2.00 MiB/s · 15 s left");
  });
  it("count down to nothing", () => {
    const sum = totals(moves, done, refused, lost);
    for (const t of [lost, moves, refused, done]) count(sum, t, -1);
    expect(sum).toEqual(zero);
  });
  it("have no time left without a speed", () => {
    expect(pace(totals(transfer({})))).toBe("");
  });
  it.each([
    ["Uploading 1 file", [moves]],
    ["Uploading 2 of 3", [moves, moves, done, refused]],
    ["1 file not uploaded", [refused]],
    ["1 of 2 files uploaded", [refused, done]],
    ["1 upload needs its file", [lost, done]],
    ["2 uploads paused", [transfer({ status: "paused" }), transfer({ status: "paused" })]],
    ["1 file uploaded", [done]],
  ] as [string, Transfer[]][])("are headed %j", (words, list) =>
    expect(headline(totals(...list))).toBe(words),
  );
});

describe("groups", () => {
  it.each([
    ["needs", { status: "needs-file" }],
    ["needs", { status: "refused" }],
    ["moving", { status: "uploading", sent: 0 }],
    ["moving", { status: "paused", sent: 1 }],
    ["waiting", { status: "paused", sent: 0 }],
    ["waiting", { status: "waiting", sent: 0 }],
    ["done", { status: "done" }],
  ] as [string, Partial<Transfer>][])("%s has %j", (group, patch) =>
    expect(groupOf(transfer(patch))).toBe(group),
  );
});

describe("system files", () => {
  it.each([".DS_Store", "._photo.jpg", "Thumbs.db", "desktop.ini", "__MACOSX"])("leaves out %s", (name) =>
    expect(isSystemFile(name)).toBe(true),
  );
  it.each([".env", ".gitignore", ".htaccess", ".git", "Thumbs.dbx", "_.jpg"])("takes %s", (name) =>
    expect(isSystemFile(name)).toBe(false),
  );
});

describe("meter", () => {
  it("has no value at first, then measures", () => {
    const meter = new Meter();
    expect(meter.add(0, 0)).toBeNull();
    expect(meter.add(100, 100)).toBeNull();
    expect(meter.add(1000, 1000)).toBe(1000);
  });
  it("forgets old seconds", () => {
    const meter = new Meter();
    meter.add(0, 0);
    meter.add(10_000, 1000);
    for (let s = 2; s <= 20; s++) meter.add(10_000 + s * 100, s * 1000);
    expect(meter.add(12_100, 21_000)).toBe(100);
  });
  it("starts again after a smaller offset", () => {
    const meter = new Meter();
    meter.add(0, 0);
    meter.add(5000, 1000);
    expect(meter.add(2000, 2000)).toBeNull();
    expect(meter.add(3000, 3000)).toBe(1000);
  });
});

describe("rules", () => {
  const free: Rules = {
    max_size: null,
    allowed_types: [],
    denied_types: [],
    allowed_extensions: [],
    denied_extensions: [],
  };
  const png = { name: "Dusk.PNG", size: 10, type: "image/png" };
  it.each([
    [png, {}, null],
    [{ ...png, size: 11 }, { max_size: 10 }, "11 B is over the limit of 10 B"],
    [{ ...png, size: 10 }, { max_size: 10 }, null],
    [png, { allowed_types: ["image/*"] }, null],
    [png, { allowed_types: ["video/*", "application/pdf"] }, "only videos or PDF documents are allowed"],
    [{ ...png, type: "" }, { allowed_types: ["video/*"] }, null],
    [png, { denied_types: ["image/"] }, "files of type image/png are not allowed"],
    [png, { denied_extensions: ["png"] }, "files that end in .png are not allowed"],
    [png, { allowed_extensions: [".jpg", "gif"] }, "only files that end in .jpg or .gif are allowed"],
    [{ ...png, name: "a.tar.gz" }, { allowed_extensions: ["tar.gz"] }, null],
  ] as [typeof png, Partial<Rules>, string | null][])("%j under %j", (file, rules, why) =>
    expect(refusal(file, { ...free, ...rules })).toBe(why),
  );

  it.each([
    [{}, "", undefined],
    [{ max_size: 6 * MiB }, "Files up to 6 MiB", undefined],
    [{ max_size: 6 * MiB, allowed_types: ["image/"] }, "Images up to 6 MiB", "image/*"],
    [{ allowed_types: ["image/*", "application/pdf"] }, "Images or PDF documents", "image/*,application/pdf"],
    [{ allowed_extensions: ["csv", ".tsv"] }, ".csv files or .tsv files", ".csv,.tsv"],
  ] as [Partial<Rules>, string, string | undefined][])(
    "%j in words and as accept",
    (rules, words, chooser) => {
      expect(ruleWords({ ...free, ...rules })).toBe(words);
      expect(accept({ ...free, ...rules })).toBe(chooser);
    },
  );
});
