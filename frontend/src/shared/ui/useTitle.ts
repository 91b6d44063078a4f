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
 * Names the document after what is shown. Of several titles the one with the highest rank counts, so that a
 * panel can name its file over the view behind it; null names nothing.
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

/** The shortest time between two changes of what stands before the title, in milliseconds: each is slow. */
const pace = 500;
let changed = Number.NEGATIVE_INFINITY;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Puts something before every title, such as the progress of uploads; null takes it away. */
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
    Math.max(0, changed + pace - performance.now()),
  );
}
