import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/** The rendered rows, from `first` up to but not including `end`. */
interface Drawn {
  first: number;
  end: number;
}

/** The height of a list before it is measured, in pixels. */
const defaultHeight = 600;

/**
 * Returns the rows of a long list to render: the visible ones and `spare` more on either side. All rows have the same
 * height, so only the scrolling element is measured, and only when it scrolls or is resized.
 */
export function useRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  spare: number,
) {
  const offset = useRef(0);
  const [seenHeight, setSeenHeight] = useState(defaultHeight);
  const [at, setAt] = useState(0);

  const scrolled = useCallback(
    (top: number) => {
      offset.current = top;
      setAt(Math.max(0, Math.floor(top / height)));
    },
    [height],
  );
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const measure = () => {
      setSeenHeight(box.clientHeight);
      scrolled(box.scrollTop);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller, scrolled]);

  const seen = Math.ceil(seenHeight / height) + 1;
  // A list that has just become shorter may not have fired its scroll event yet.
  const top = Math.min(at, Math.max(0, count - 1));
  const drawn: Drawn = { first: Math.max(0, top - spare), end: Math.min(count, top + seen + spare) };
  return {
    drawn,
    /** The scroll offset, as of the last scroll event. */
    offset,
    seenHeight,
    scrolled,
    /** Scrolls to a row that is not rendered. */
    approach: (row: number) => scroller.current?.scrollTo(0, row * height - (seenHeight - height) / 2),
  };
}
