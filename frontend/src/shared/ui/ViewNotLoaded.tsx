import { CloudOff } from "lucide-react";
import type { LoadFailure } from "@/shared/lazy";
import { Reload } from "./Reload";
import { EmptyPanel } from "./states";

/** Stands in the place of a view whose script is not there yet, or not there any more. */
export function ViewNotLoaded({ failure, onRetry }: LoadFailure) {
  const replaced = failure instanceof Error && failure.name === "ReplacedError";
  return (
    <div role="alert">
      <EmptyPanel
        icon={<CloudOff size={28} aria-hidden="true" />}
        title={replaced ? "A new version of Pawl is installed" : "This view is not loaded yet"}
        action={
          <>
            <button type="button" className="btn" onClick={onRetry}>
              Try again
            </button>
            {replaced && <Reload />}
          </>
        }
      >
        {replaced
          ? "This tab still has the old one, which this view was not loaded for."
          : "The server can't be reached. The view opens automatically when the connection is back."}
      </EmptyPanel>
    </div>
  );
}
