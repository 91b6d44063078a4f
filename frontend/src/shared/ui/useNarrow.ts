import { useSyncExternalStore } from "react";

const narrow = window.matchMedia("(width < 64rem)");

/** Whether the window is too narrow for two things beside each other. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      narrow.addEventListener("change", onChange);
      return () => narrow.removeEventListener("change", onChange);
    },
    () => narrow.matches,
  );
}
