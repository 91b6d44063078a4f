import { describe, expect, it } from "vitest";
import { Meter } from "./meter";
import { type Rules, refusal } from "./rules";
import { summarise, type Transfer } from "./transfer";
import { figures, headline, percent, statusWords } from "./words";

const MiB = 1024 * 1024;

function transfer(patch: Partial<Transfer>): Transfer {
  return {
    id: "1",
    key: null,
    name: "Dusk.png",
    size: 40 * MiB,
    type: "image/png",
    path: "",
    status: "uploading",
    sent: 10 * MiB,
    speed: null,
    reason: "",
    retryAt: null,
    uploadId: null,
    file: null,
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
    [{ status: "retrying", reason: "You are offline" }, "You are offline, goes on by itself"],
    [{ status: "refused", reason: "refused: only images are allowed\n" }, "Refused: only images are allowed"],
    [{ status: "refused", reason: "only images are allowed." }, "Refused: only images are allowed"],
    [{ status: "needs-file" }, "Choose the file again to go on"],
  ] as [Partial<Transfer>, string][])("%j", (patch, text) =>
    expect(statusWords(transfer(patch), 1000)).toBe(text),
  );

  it("tells how far, how fast, how long", () => {
    expect(figures(transfer({ speed: 3 * MiB }))).toBe("10.0 of 40.0 MiB · 3.00 MiB/s · 10 s left");
    expect(figures(transfer({ sent: 512 }))).toBe("512 B of 40.0 MiB");
    expect(figures(transfer({ status: "done" }))).toBe("40.0 MiB");
  });
  it("never says 100 % too early", () => {
    expect(percent(999_999, 1_000_000)).toBe(99);
    expect(percent(0, 0)).toBe(100);
  });
});

describe("the total", () => {
  const list = [
    transfer({ speed: 2 * MiB }),
    transfer({ status: "done", sent: 40 * MiB }),
    transfer({ status: "refused", sent: 0 }),
  ];
  it("leaves out what was refused", () => {
    expect(summarise(list)).toMatchObject({
      moving: 1,
      done: 1,
      stopped: 1,
      bytes: 80 * MiB,
      sent: 50 * MiB,
      left: 15,
    });
  });
  it("has a headline for what matters most", () => {
    expect(headline(summarise(list))).toBe("Uploading 1 file");
    expect(headline(summarise(list.slice(1)))).toBe("1 file not uploaded");
    expect(headline(summarise([transfer({ status: "needs-file" })]))).toBe("1 upload can go on");
  });
});

describe("meter", () => {
  it("waits for a measure, then follows", () => {
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
  it("starts anew after a step back", () => {
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
    [{ ...png, size: 11 }, { max_size: 10 }, "it has 11 B, this server takes up to 10 B"],
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
});
