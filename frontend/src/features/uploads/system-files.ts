/** The names of files and folders that operating systems create for themselves. */
const own = new Set([
  ".ds_store",
  ".localized",
  ".spotlight-v100",
  ".trashes",
  ".fseventsd",
  ".temporaryitems",
  "__macosx",
  "thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
  "icon\r",
  "$recycle.bin",
  "system volume information",
]);

/** Reports whether a file or folder of that name belongs to an operating system and should not be uploaded. */
export function isSystemFile(name: string): boolean {
  return name.startsWith("._") || own.has(name.toLowerCase());
}
