import { useSyncExternalStore } from "react";

const narrow = window.matchMedia("(width < 64rem)");

/** Reports whether the window is too narrow for list and preview side by side. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      narrow.addEventListener("change", onChange);
      return () => narrow.removeEventListener("change", onChange);
    },
    () => narrow.matches,
  );
}
