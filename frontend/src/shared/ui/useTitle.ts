import { useEffect } from "react";

interface Title {
  text: string;
  rank: number;
}

const titles: Title[] = [];
let prefix: string | null = null;

function show() {
  const top = titles.reduce<Title | null>(
    (best, title) => (best && best.rank > title.rank ? best : title),
    null,
  );
  document.title = [prefix, top?.text, "Pawl"].filter(Boolean).join(" · ");
}

/**
 * Sets the title of the document. Of several titles the one with the highest rank is used, so that the title of a
 * preview overrides that of the view behind it; null sets none.
 */
export function useTitle(text: string | null, rank = 0) {
  useEffect(() => {
    if (text === null) return;
    const title = { text, rank };
    titles.push(title);
    show();
    return () => {
      titles.splice(titles.indexOf(title), 1);
      if (titles.length > 0) show();
    };
  }, [text, rank]);
}

/** The shortest time between two changes of the prefix, in milliseconds, because each change is slow. */
const minInterval = 500;
let changed = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sets a prefix for all titles, such as the progress of uploads; null removes it. */
export function setTitlePrefix(text: string | null) {
  if (text === prefix) return;
  prefix = text;
  if (timer) return;
  timer = setTimeout(
    () => {
      timer = undefined;
      changed = performance.now();
      show();
    },
    Math.max(0, changed + minInterval - performance.now()),
  );
}
