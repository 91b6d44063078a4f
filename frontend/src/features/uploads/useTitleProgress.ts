import { useEffect } from "react";
import { setTitlePrefix } from "@/shared/ui/useTitle";
import type { Totals } from "./totals";
import { percent } from "./words";

/** Shows the progress of the uploads in front of the document's title. */
export function useTitleProgress({ moving, sent, bytes }: Totals) {
  useEffect(() => {
    setTitlePrefix(
      moving > 0 ? `${percent(sent, bytes)} % · ${moving === 1 ? "1 upload" : `${moving} uploads`}` : null,
    );
  }, [moving, sent, bytes]);
}
