import { describe, expect, it } from "vitest";
import { decode } from "./text";

const bytes = (...values: number[]) => new Uint8Array(values);
const utf8 = (text: string) => new TextEncoder().encode(text);

describe("decoding a text", () => {
  it("recognises UTF-16 in both byte orders by its mark", () => {
    expect(decode(bytes(0xff, 0xfe, 0x47, 0, 0xfc, 0), false, "")).toBe("Gü");
    expect(decode(bytes(0xfe, 0xff, 0, 0x47, 0, 0xfc), false, "")).toBe("Gü");
  });
  it("reads UTF-8, with and without a mark", () => {
    expect(decode(utf8("Größe 日本"), false, "text/plain; charset=windows-1252")).toBe("Größe 日本");
    expect(decode(bytes(0xef, 0xbb, 0xbf, 0x61), false, "")).toBe("a");
  });
  it("leaves out a character that is cut", () => {
    expect(decode(utf8("ab€").slice(0, 4), true, "")).toBe("ab");
    expect(decode(bytes(0xff, 0xfe, 0x47, 0, 0xfc), true, "")).toBe("G");
  });
  it("reads what is not UTF-8 as declared, else as windows-1252", () => {
    expect(decode(bytes(0xc4, 0xd6, 0xdc, 0xdf), false, "text/plain")).toBe("ÄÖÜß");
    expect(decode(bytes(0x93, 0xfa, 0x96, 0x7b), false, "text/plain; charset=Shift_JIS")).toBe("日本");
    expect(decode(bytes(0xc4), false, "text/plain; charset=no-such")).toBe("Ä");
  });
  it("reads UTF-8 with a single invalid byte", () => {
    const text = utf8("äöüäöüäöü");
    expect(decode(new Uint8Array([...text, 0xff]), false, "")).toBe("äöüäöüäöü\ufffd");
  });
});
