/** The encoding of most texts that are not UTF-8. It decodes any bytes. */
const fallback = "windows-1252";

/** Returns the encoding given by a byte order mark. */
function markedCharset(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  return null;
}

/** Returns the charset parameter of a media type, if browsers support it. */
function declaredCharset(mediaType: string): string | null {
  const name = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(mediaType)?.[1];
  if (!name) return null;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** Reports whether a text was decoded without errors, or with few for its number of non-ASCII characters. */
function decodedWell(text: string): boolean {
  const broken = text.split("\ufffd").length - 1;
  const foreign = text.match(/[^\0-\x7f\ufffd]/gu)?.length ?? 0;
  return broken === 0 || foreign > broken * 4;
}

/**
 * Decodes the beginning of a text: by its byte order mark, else as UTF-8 if it is valid, else by the declared charset,
 * else as windows-1252. If the text is `cut`, an incomplete last character is left out.
 */
export function decode(bytes: Uint8Array, cut: boolean, declaredType: string): string {
  const read = (charset: string) => new TextDecoder(charset).decode(bytes, { stream: cut });
  const mark = markedCharset(bytes);
  if (mark) return read(mark);
  const text = read("utf-8");
  if (decodedWell(text)) return text;
  return read(declaredCharset(declaredType) ?? fallback);
}
