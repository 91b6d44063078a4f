import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useSearch } from "@/shared/url/location";

/** A scroll position: the first visible file, and the pixels of its row above the edge. */
interface Place {
  index: number;
  rest: number;
}

interface Layout {
  /** Identifies the list. Another list has its own position. */
  list: string;
  /** Whether the list is loaded and its columns are known. */
  ready: boolean;
  count: number;
  columns: number;
  height: number;
  hasMore: boolean;
  onMore: () => void;
}

/** The delay after scrolling before the position is stored, in milliseconds. */
const delay = 150;

const top: Place = { index: 0, rest: 0 };

/** Returns the position stored with the current entry of the browser's history. */
function stored(): Place {
  const place = (window.history.state as { place?: Partial<Place> } | null)?.place;
  return typeof place?.index === "number" && typeof place.rest === "number"
    ? { index: place.index, rest: place.rest }
    : top;
}

/**
 * Stores the list's scroll position with its entry of the history, so that Back and a reload return to it. Returns
 * the function to call when the list is scrolled.
 */
export function useScrollMemory(scroller: RefObject<HTMLDivElement | null>, layout: Layout) {
  const { list, ready, count, columns, height, hasMore, onMore } = layout;
  const wanted = useRef<Place | null>(null);
  const shown = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (shown.current !== list) {
      clearTimeout(timer.current);
      shown.current = list;
      wanted.current = stored();
    }
    const place = wanted.current;
    if (!place || !ready || !box) return;
    if (place.index >= count && hasMore) {
      onMore();
      return;
    }
    wanted.current = null;
    box.scrollTo(0, Math.floor(place.index / columns) * height + place.rest);
  });

  const note = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const box = scroller.current;
      if (!box || wanted.current) return;
      const place = { index: Math.floor(box.scrollTop / height) * columns, rest: box.scrollTop % height };
      window.history.replaceState({ ...window.history.state, place }, "");
    }, delay);
  };
  // A new entry of the history may show the same list, such as one with the preview open.
  const search = useSearch();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the URL matters
  useEffect(note, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    // Scrolling while the former position is still being loaded cancels the return to it.
    wanted.current = null;
    note();
  };
}
