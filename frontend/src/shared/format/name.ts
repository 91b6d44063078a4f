// Names come from other people's machines. A displayed name must not reverse the text after it, hide its extension,
// or look like another name. The server's CleanName has the same rules.

/** Invisible characters: controls, format characters and default ignorable ones; or the flag of a region. */
const unseen =
  /(\u{1f3f4}[\u{e0020}-\u{e007f}]+)|[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** Controls and separators that are replaced by a space. */
const blank = /[\t-\r\x85\u2028\u2029]/;

/** Joiners and variation selectors, which are part of the spelling, and visible format characters. */
const spelling =
  /\p{Variation_Selector}|\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}]/u;

/** Spaces and joiners at either end. */
const ends = /^(?:[\s\u2800]|\u200c|\u200d)+|(?:[\s\u2800]|\u200c|\u200d)+$/gu;

/** Returns a text without invisible characters. */
export function visibleText(text: string): string {
  return text.replace(unseen, (found, flag: string | undefined) => {
    if (flag) return flag;
    if (blank.test(found)) return " ";
    return spelling.test(found) ? found : "";
  });
}

/** Returns a name for display. */
export function visibleName(name: string): string {
  const shown = visibleText(name).replace(ends, "");
  return /[^\s\u2800\p{Default_Ignorable_Code_Point}]/u.test(shown) ? shown : "unnamed";
}

/** Returns the form by which names are compared: without case, accents and differences of normal form. */
export function foldName(name: string): string {
  return name
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toUpperCase() // makes "ss" of "ß", as folding does
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFC");
}

/** Returns the folder of a path, "" if it has none. */
export function folderOf(path: string | undefined): string {
  const parts = (path ?? "").split("/").filter((part) => part !== "");
  return parts.slice(0, -1).map(visibleName).join("/");
}

/** Names up to this length are never cut. */
const short = 24;
/** The length of the end of a name that is never cut. */
const tailLength = 12;

/** Splits a name in two, of which only the first part is cut where space is short. */
export function nameParts(name: string): [head: string, tail: string] {
  if (name.length <= short) return [name, ""];
  let at = name.length - tailLength;
  while (at > 0 && isInside(name, at)) at--;
  return [name.slice(0, at), name.slice(at)];
}

/** Reports whether an index is inside a grapheme: before a mark, next to a joiner, or in a surrogate pair. */
function isInside(name: string, at: number): boolean {
  return /^(?:\p{M}|\u200c|\u200d|[\udc00-\udfff])/u.test(name.slice(at)) || name.charAt(at - 1) === "\u200d";
}
