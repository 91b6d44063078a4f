import { createStore, useStore } from "../store";

const unfinished = createStore(0);

/** Sets the number of uploads that a reload would interrupt. */
export const setUnfinished = unfinished.set;

export const useUnfinished = () => useStore(unfinished);

/** The button that reloads the page. While that would interrupt uploads, it opens the page in a new tab instead. */
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
