import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RefreshCw, X } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { serverQuery } from "@/shared/api/client";
import { onReconnect, useEvent } from "@/shared/api/events";
import { plural } from "@/shared/format/bytes";
import { Reload, useUnfinished } from "@/shared/ui/Reload";

/** Shows that the server has a newer version of this page. */
export default function UpdateNotice() {
  const { data } = useQuery(serverQuery);
  const client = useQueryClient();
  const [loaded, setLoaded] = useState<string>();
  const [dismissed, setDismissed] = useState<string>();
  const unfinished = useUnfinished();
  const version = data?.version;

  useEffect(() => setLoaded((known) => known ?? version), [version]);
  // An update of the server interrupts the event stream.
  useEffect(
    () => onReconnect(() => void client.invalidateQueries({ queryKey: serverQuery.queryKey })),
    [client],
  );
  // A hidden tab gets no events until it is visible again.
  const check = useCallback(() => void client.fetchQuery(serverQuery).catch(() => undefined), [client]);
  useEvent("reset", check);

  const shown = version !== undefined && loaded !== undefined && version !== loaded && version !== dismissed;
  return (
    <div role="status">
      {shown && (
        <p className="notice bg-accent-soft text-accent-strong">
          <RefreshCw size={16} className="shrink-0" aria-hidden="true" />
          <span className="min-w-0 flex-1">
            A new version of Pawl is available.
            {unfinished > 0 &&
              ` Reload when ${plural(unfinished, "upload")} ${unfinished === 1 ? "is" : "are"} finished.`}
          </span>
          {unfinished === 0 && <Reload />}
          <button
            type="button"
            className="icon-btn"
            aria-label="Dismiss"
            title="Dismiss"
            onClick={() => setDismissed(version)}
          >
            <X size={16} aria-hidden="true" />
          </button>
        </p>
      )}
    </div>
  );
}
