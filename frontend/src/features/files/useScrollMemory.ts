import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { useSearch } from "@/shared/url/location";

/** Where a list is scrolled to: the first file that is seen, and the pixels of its row above the edge. */
interface Place {
  index: number;
  rest: number;
}

interface Layout {
  /** Names the list; another one begins at its own place. */
  list: string;
  /** Whether the list and its columns are known. */
  ready: boolean;
  count: number;
  columns: number;
  height: number;
  hasMore: boolean;
  onMore: () => void;
}

/** How long scrolling must rest before its place is noted, in milliseconds. */
const rest = 150;

const top: Place = { index: 0, rest: 0 };

/** The place that belongs to the current entry of the browser's history, so that Back and a reload lead to it. */
function noted(): Place {
  const place = (window.history.state as { place?: Partial<Place> } | null)?.place;
  return typeof place?.index === "number" && typeof place.rest === "number"
    ? { index: place.index, rest: place.rest }
    : top;
}

/** Keeps the list's place with its entry of the history; returns what to call when the list is scrolled. */
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
      wanted.current = noted();
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
    }, rest);
  };
  // Another entry of the history for the same list, such as one with the preview open.
  const search = useSearch();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the URL matters
  useEffect(note, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    // Who scrolls while the former place is still being loaded does not want to be taken there any more.
    wanted.current = null;
    note();
  };
}
