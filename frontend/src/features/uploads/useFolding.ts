import { type RefObject, useEffect, useRef, useState } from "react";
import { clearEnded } from "./controller";
import type { Totals } from "./totals";

/** The delays after which a finished tray folds to a pill, and then disappears, in milliseconds. */
const foldAfter = 10_000;
const clearAfter = 60_000;
const phone = window.matchMedia("(width < 64rem)");

/**
 * Decides whether the tray is open. New files open it. Once all are uploaded it folds and then disappears, unless it
 * has the pointer or the focus; for that the tray needs the handlers in `hold`.
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

  const finished = done > 0 && done === count;
  useEffect(() => {
    if (!finished || held) return;
    const timer = open ? setTimeout(() => setOpen(false), foldAfter) : setTimeout(clearEnded, clearAfter);
    return () => clearTimeout(timer);
  }, [finished, held, open]);

  // On a phone the open tray is a sheet over the view, which a tap outside closes.
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
