import { useSyncExternalStore } from "react";

let unfinished = 0;
const watchers = new Set<() => void>();

/** Says how many uploads a reload would interrupt. */
export function setUnfinished(count: number) {
  if (count === unfinished) return;
  unfinished = count;
  for (const watcher of watchers) watcher();
}

export function useUnfinished(): number {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => unfinished,
  );
}

/** Reloads the page; opens it in another tab instead while that would interrupt an upload. */
export function Reload() {
  if (useUnfinished() > 0) {
    return (
      <a className="btn" href={window.location.href} target="_blank" rel="noreferrer">
        Open in a new tab
      </a>
    );
  }
  return (
    <button type="button" className="btn" onClick={() => window.location.reload()}>
      Reload
    </button>
  );
}
