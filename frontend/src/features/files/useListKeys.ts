import type { KeyboardEvent } from "react";

export interface ListKeys {
  count: number;
  columns: number;
  /** The number of rows that fit on the screen, for the page keys. */
  pageRows: number;
  active: number;
  /** Whether the left and right arrow keys move too: between tiles, or while the preview is open. */
  sideways: boolean;
  onMove: (index: number, extend: boolean) => void;
  onToggle: (index: number) => void;
  onOpen: (index: number) => void;
  onRename: (index: number) => void;
  onDelete: () => void;
  onAll: () => void;
  onEscape: () => void;
}

type Place = Pick<ListKeys, "count" | "columns" | "pageRows" | "active" | "sideways">;

/** Returns the index that a key moves to, or null if it is no movement key. */
export function target(key: string, keys: Place): number | null {
  const { count, columns, active } = keys;
  const page = Math.max(1, keys.pageRows - 1) * columns;
  const steps: Record<string, number> = {
    ArrowDown: active + columns,
    ArrowUp: active - columns,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: count - 1,
  };
  if (keys.sideways) Object.assign(steps, { ArrowRight: active + 1, ArrowLeft: active - 1 });
  const next = steps[key];
  if (next === undefined) return null;
  // From the first row of tiles Up moves nowhere; other keys stop at the first or last file.
  if (next < 0 && key === "ArrowUp") return active;
  return Math.max(0, Math.min(count - 1, next));
}

/** Handles the keys of a list whose items can be selected, opened, renamed and deleted. */
export function handleListKey(event: KeyboardEvent, keys: ListKeys) {
  if (keys.count === 0 || event.altKey) return;
  const command = event.ctrlKey || event.metaKey;
  const next = command ? null : target(event.key, keys);
  const onControl = event.target instanceof HTMLElement && event.target.closest("button, a, input") !== null;
  if (next !== null) keys.onMove(next, event.shiftKey);
  else if (command && event.key.toLowerCase() === "a") keys.onAll();
  else if (event.key === "Escape") keys.onEscape();
  else if (event.key === "F2") keys.onRename(keys.active);
  else if (event.key === "Delete") keys.onDelete();
  else if (event.key === " " && !onControl) keys.onToggle(keys.active);
  else if (event.key === "Enter" && !onControl) keys.onOpen(keys.active);
  else return;
  event.preventDefault();
}
