import { useEffect, useSyncExternalStore } from "react";

// The width of the preview, as the person has set it. The rest of the page makes way by --panel-space.

const key = "pawl.panel";
const narrowest = 340;
/** What the list needs beside the panel. */
const listNeeds = 380;

const watchers = new Set<() => void>();
let width = read();

function read(): number {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
}

/** The widest that leaves room for the list and the rail beside it. */
export function widest(): number {
  const rail = window.innerWidth < 1024 ? 0 : 232;
  return Math.max(narrowest, window.innerWidth - rail - listNeeds);
}

function fitting(): number {
  const usual = Math.min(760, Math.round(window.innerWidth * 0.36));
  return Math.max(narrowest, Math.min(width || usual, widest()));
}

/** Sets the width in pixels; 0 is the usual one. */
export function setPanelWidth(next: number) {
  width = next === 0 ? 0 : Math.max(narrowest, Math.min(Math.round(next), widest()));
  try {
    localStorage.setItem(key, String(width));
  } catch {
    // Storage is switched off: the width lasts as long as the page.
  }
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void) {
  watchers.add(watcher);
  window.addEventListener("resize", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("resize", watcher);
  };
}

/** The panel's width in pixels. */
export function usePanelWidth(): number {
  return useSyncExternalStore(watch, fitting);
}

/** Gives the panel its width, and the page's layout the space that it takes: none when it is not beside the list. */
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
