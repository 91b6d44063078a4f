// Names come from other people's machines: what is shown must not turn round what follows it, hide what it ends
// with, or look like another name. The server's CleanName has the same rule.

/** What may not be seen: controls, format characters, and what Unicode has displays ignore; or a region's flag. */
const unseen =
  /(\u{1f3f4}[\u{e0020}-\u{e007f}]+)|[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** Controls and separators that stand for a blank. */
const blank = /[\t-\r\x85\u2028\u2029]/;

/** Joiners and variation selectors, which are spelling, and format characters with a shape of their own. */
const spelling =
  /\p{Variation_Selector}|\u200c|\u200d|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}\u{13430}-\u{1343f}]/u;

/** Blanks and joiners at either end. */
const ends = /^(?:[\s\u2800]|\u200c|\u200d)+|(?:[\s\u2800]|\u200c|\u200d)+$/gu;

/** A text without characters that nobody sees. */
export function visibleText(text: string): string {
  return text.replace(unseen, (found, flag: string | undefined) => {
    if (flag) return flag;
    if (blank.test(found)) return " ";
    return spelling.test(found) ? found : "";
  });
}

/** A name as it is shown. */
export function visibleName(name: string): string {
  const shown = visibleText(name).replace(ends, "");
  return /[^\s\u2800\p{Default_Ignorable_Code_Point}]/u.test(shown) ? shown : "unnamed";
}

/** The form that names are searched and sorted by: case, accents and normal forms make no difference. */
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

/** The folder that a file was uploaded in, out of its path; "" for one that came alone. */
export function folderOf(path: string | undefined): string {
  const parts = (path ?? "").split("/").filter((part) => part !== "");
  return parts.slice(0, -1).map(visibleName).join("/");
}

/** Names up to this length are never cut. */
const short = 24;
/** How much of a name's end stays when its middle is cut. */
const tailLength = 12;

/** The two parts of a name; only the first is cut where space is short, so that the extension stays in sight. */
export function nameParts(name: string): [head: string, tail: string] {
  if (name.length <= short) return [name, ""];
  let at = name.length - tailLength;
  while (at > 0 && isInside(name, at)) at--;
  return [name.slice(0, at), name.slice(at)];
}

/** Whether a place is within what people see as one character: before a mark, about a joiner, in a surrogate pair. */
function isInside(name: string, at: number): boolean {
  return /^(?:\p{M}|\u200c|\u200d|[\udc00-\udfff])/u.test(name.slice(at)) || name.charAt(at - 1) === "\u200d";
}
