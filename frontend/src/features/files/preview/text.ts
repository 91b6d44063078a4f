/** Windows-1252: what most texts are in that are not UTF-8, and all bytes mean something in it. */
const legacy = "windows-1252";

/** What the first bytes of a text say of its encoding. */
function marked(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  return null;
}

/** The charset that a media type names, if browsers know it. */
function declared(mediaType: string): string | null {
  const name = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(mediaType)?.[1];
  if (!name) return null;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** Whether a text has characters that are no ASCII, and most of them were read well. */
function readWell(text: string): boolean {
  const broken = text.split("\ufffd").length - 1;
  const foreign = text.match(/[^\0-\x7f\ufffd]/gu)?.length ?? 0;
  return broken === 0 || foreign > broken * 4;
}

/**
 * Decodes the beginning of a text: by its mark, as UTF-8 where it is, else as its type declares, else as windows-1252.
 * Where the text is `cut` a character that is cut with it is left out.
 */
export function decode(bytes: Uint8Array, cut: boolean, declaredType: string): string {
  const read = (charset: string) => new TextDecoder(charset).decode(bytes, { stream: cut });
  const mark = marked(bytes);
  if (mark) return read(mark);
  const text = read("utf-8");
  if (readWell(text)) return text;
  return read(declared(declaredType) ?? legacy);
}
