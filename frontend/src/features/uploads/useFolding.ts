import { type RefObject, useEffect, useRef, useState } from "react";
import { clearEnded } from "./controller";
import type { Totals } from "./totals";

/** How long a tray stays open, and then as a pill, once everything is uploaded; in milliseconds. */
const foldAfter = 10_000;
const goAfter = 60_000;
const phone = window.matchMedia("(width < 64rem)");

/**
 * Decides whether the tray is open: new files open it, and when all are uploaded it folds and goes by itself,
 * but not under the pointer or the focus. `hold` belongs on the tray.
 */
export function useFolding(totals: Totals, box: RefObject<HTMLElement | null>) {
  const [open, setOpen] = useState(true);
  const [held, setHeld] = useState(false);
  const { count, done } = totals;
  const former = useRef(count);
  useEffect(() => {
    if (count > former.current) setOpen(true);
    former.current = count;
  }, [count]);

  const settled = done > 0 && done === count;
  useEffect(() => {
    if (!settled || held) return;
    const timer = open ? setTimeout(() => setOpen(false), foldAfter) : setTimeout(clearEnded, goAfter);
    return () => clearTimeout(timer);
  }, [settled, held, open]);

  // On a phone the open tray is a sheet, which whoever does something else is done with.
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (phone.matches && !box.current?.contains(event.target as Node)) setOpen(false);
    };
    window.addEventListener("pointerdown", outside);
    return () => window.removeEventListener("pointerdown", outside);
  }, [open, box]);

  const hold = {
    onPointerEnter: () => setHeld(true),
    onPointerLeave: () => setHeld(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  };
  return { open, setOpen, hold };
}
