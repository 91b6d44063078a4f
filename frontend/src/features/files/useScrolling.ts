import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { StoredFile } from "@/shared/api/types";

/** Adjusts the scroll offset when items above the first visible one are added or removed, so that it stays in place. */
export function useKeepPlace(
  scroller: RefObject<HTMLDivElement | null>,
  files: StoredFile[],
  columns: number,
  height: number,
  /** The scroll offset. Reading it from the element would force a layout. */
  offset: RefObject<number>,
) {
  const former = useRef(files);
  useLayoutEffect(() => {
    const before = former.current;
    former.current = files;
    if (before === files || offset.current < height / 2) return;
    const first = Math.floor(offset.current / height) * columns;
    if (before[first]?.id === files[first]?.id) return;
    const present = new Map(files.map((file, index) => [file.id, index]));
    const kept = before.findIndex((file, index) => index >= first && present.has(file.id));
    const now = kept < 0 ? undefined : present.get(before[kept]?.id ?? "");
    if (now === undefined) return;
    const moved = Math.floor(now / columns) - Math.floor(kept / columns);
    if (moved !== 0) scroller.current?.scrollBy(0, moved * height);
  }, [scroller, files, columns, height, offset]);
}

/** Focuses the active file as soon as it is rendered, if `wanted` is set. */
export function useFocusActive(
  scroller: RefObject<HTMLDivElement | null>,
  file: StoredFile | undefined,
  wanted: RefObject<boolean>,
  approach: () => void,
) {
  useEffect(() => {
    if (!wanted.current || !file) return;
    const element = scroller.current?.querySelector<HTMLElement>(`[data-id="${file.id}"]`);
    if (!element) {
      approach();
      return;
    }
    wanted.current = false;
    element.scrollIntoView({ block: "nearest" });
    element.focus({ preventScroll: true });
  });
}
