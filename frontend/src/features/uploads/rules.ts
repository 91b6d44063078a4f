import type { ServerInfo } from "@/shared/api/types";
import { bytes, roundBytes } from "@/shared/format/bytes";

export type Rules = Pick<
  ServerInfo,
  "max_size" | "allowed_types" | "denied_types" | "allowed_extensions" | "denied_extensions"
>;

/** Reports whether a media type matches a pattern such as "image/png", "image/" or "image/*". */
export function underType(type: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase().replace(/\*$/, "");
  return (
    wanted === "" || wanted === "*/" || (wanted.endsWith("/") ? type.startsWith(wanted) : type === wanted)
  );
}

/** Returns the extension of the list that a name ends in. Entries may be "png", ".png" or "tar.gz". */
function extensionIn(name: string, list: string[]): string | undefined {
  return list
    .map((entry) => entry.toLowerCase().replace(/^\./, ""))
    .find((e) => name.toLowerCase().endsWith(`.${e}`));
}

function or(list: string[]): string {
  return list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} or ${list.at(-1)}`;
}

const familyNames: Record<string, string> = {
  "image/": "images",
  "video/": "videos",
  "audio/": "audio",
  "text/": "text files",
  "application/pdf": "PDF documents",
};

function typeNames(list: string[]): string {
  return or(list.map((type) => familyNames[type.replace(/\*$/, "")] ?? type));
}

/**
 * Returns the reason why the server would refuse a file, or null. It only avoids useless uploads: the server decides,
 * and only the server can tell the type of a file whose type the browser does not know.
 */
export function refusal(file: { name: string; size: number; type: string }, rules: Rules): string | null {
  const type = file.type.toLowerCase();
  if (rules.max_size !== null && file.size > rules.max_size) {
    return `${bytes(file.size)} is over the limit of ${roundBytes(rules.max_size)}`;
  }
  if (type !== "" && rules.denied_types.some((pattern) => underType(type, pattern))) {
    return `files of type ${type} are not allowed`;
  }
  if (type !== "" && rules.allowed_types.length > 0 && !rules.allowed_types.some((p) => underType(type, p))) {
    return `only ${typeNames(rules.allowed_types)} are allowed`;
  }
  const denied = extensionIn(file.name, rules.denied_extensions);
  if (denied) return `files that end in .${denied} are not allowed`;
  if (rules.allowed_extensions.length > 0 && !extensionIn(file.name, rules.allowed_extensions)) {
    return `only files that end in ${or(rules.allowed_extensions.map((e) => `.${e.replace(/^\./, "")}`))} are allowed`;
  }
  return null;
}

/** Describes the files that may be uploaded: "Images up to 6 MiB". Returns "" if any may. */
export function ruleWords(rules: Rules): string {
  const kinds =
    rules.allowed_types.length > 0
      ? typeNames(rules.allowed_types)
      : or(rules.allowed_extensions.map((e) => `.${e.replace(/^\./, "")} files`));
  const limit = rules.max_size === null ? "" : `up to ${roundBytes(rules.max_size)}`;
  const words = [kinds || (limit && "files"), limit].filter(Boolean).join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns the `accept` attribute of a file input, undefined if any file may be uploaded. */
export function accept(rules: Rules): string | undefined {
  const types = rules.allowed_types.map((type) => (type.endsWith("/") ? `${type}*` : type));
  if (types.includes("*") || types.includes("*/*")) return undefined;
  const extensions = rules.allowed_extensions.map((e) => `.${e.replace(/^\./, "")}`);
  // A file has to meet both rules, but `accept` offers files that meet any of its entries.
  return (types.length > 0 ? types : extensions).join(",") || undefined;
}
