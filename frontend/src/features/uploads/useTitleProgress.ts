import { useEffect } from "react";
import type { Totals } from "./totals";
import { percent } from "./words";

const progress = /^\d+ % · /;

/** Puts how far the uploads are before the document's title. */
export function useTitleProgress(totals: Totals) {
  // Views set the title too, so it is looked at after every change.
  useEffect(() => {
    const title = document.title.replace(progress, "");
    const wanted = totals.moving > 0 ? `${percent(totals.sent, totals.bytes)} % · ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
  }, [totals]);
}
