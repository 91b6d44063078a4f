import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

/** The rows that are drawn, from `first` up to but not including `end`. */
interface Drawn {
  first: number;
  end: number;
}

/** The height of a list before it is measured, in pixels. */
const usual = 600;

/**
 * Which rows of a long list to draw: those in sight and `spare` more on either side. All have one height, so nothing
 * is measured but the box that scrolls, and that only when it scrolls or changes its size.
 */
export function useRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  height: number,
  spare: number,
) {
  const offset = useRef(0);
  const [seenHeight, setSeenHeight] = useState(usual);
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
  // A list that has just become shorter may not have told yet that it is scrolled back.
  const top = Math.min(at, Math.max(0, count - 1));
  const drawn: Drawn = { first: Math.max(0, top - spare), end: Math.min(count, top + seen + spare) };
  return {
    drawn,
    /** How far the list is scrolled, as last told by the browser. */
    offset,
    seenHeight,
    scrolled,
    /** Scrolls to a row that is not drawn. */
    approach: (row: number) => scroller.current?.scrollTo(0, row * height - (seenHeight - height) / 2),
  };
}
