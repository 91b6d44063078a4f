import { type RefObject, useLayoutEffect, useState } from "react";
import { tileWidth } from "./FileTile";

/** The space between tiles, in pixels. */
export const gap = 12;

/** Returns the number of tiles in a row, 1 for a table. */
export function useColumns(scroller: RefObject<HTMLDivElement | null>, grid: boolean): number {
  const [columns, setColumns] = useState(1);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !grid) {
      setColumns(1);
      return;
    }
    const measure = () => {
      const style = getComputedStyle(box);
      const width =
        box.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
      setColumns(Math.max(2, Math.floor((width + gap) / (tileWidth + gap))));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [scroller, grid]);
  return columns;
}
