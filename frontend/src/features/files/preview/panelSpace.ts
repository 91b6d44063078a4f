import { useEffect, useSyncExternalStore } from "react";
import { createStore } from "@/shared/store";

// The width of the preview, which people can change. The rest of the page leaves --panel-space free for it.

const key = "pawl.panel";
const minWidth = 340;
/** The width that the list needs beside the preview, in pixels. */
const minListWidth = 380;

/** The chosen width in pixels, 0 for the default. */
const chosen = createStore(read());

function read(): number {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

/** Returns the largest width that leaves enough space for the list and the navigation. */
export function maxWidth(): number {
  const rail = window.innerWidth < 1024 ? 0 : 232;
  return Math.max(minWidth, window.innerWidth - rail - minListWidth);
}

function fitting(): number {
  const standard = Math.min(760, Math.round(window.innerWidth * 0.36));
  return Math.max(minWidth, Math.min(chosen.get() || standard, maxWidth()));
}

/** Sets the width in pixels; 0 resets it to the default. */
export function setPanelWidth(next: number) {
  const width = next === 0 ? 0 : Math.max(minWidth, Math.min(Math.round(next), maxWidth()));
  chosen.set(width);
  try {
    localStorage.setItem(key, String(width));
  } catch {
    // Storage is disabled: the width lasts until the page is closed.
  }
}

function subscribe(listener: () => void) {
  const unsubscribe = chosen.subscribe(listener);
  window.addEventListener("resize", listener);
  return () => {
    unsubscribe();
    window.removeEventListener("resize", listener);
  };
}

/** Returns the width of the preview in pixels. */
export function usePanelWidth(): number {
  return useSyncExternalStore(subscribe, fitting);
}

/** Sets --panel-width, and --panel-space for the rest of the page, which is 0 unless the preview is beside the list. */
export function usePanelSpace(beside: boolean) {
  const width = usePanelWidth();
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--panel-width", `${width}px`);
    style.setProperty("--panel-space", beside ? `${width}px` : "0px");
    return () => {
      style.removeProperty("--panel-space");
    };
  }, [beside, width]);
}
