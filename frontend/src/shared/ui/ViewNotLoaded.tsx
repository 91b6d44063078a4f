import { CloudOff } from "lucide-react";
import type { LoadFailure } from "@/shared/lazy";
import { Reload } from "./Reload";
import { EmptyPanel } from "./states";

/** A view whose script is not loaded yet, or was replaced by a newer version. */
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
          ? "This tab still runs the old one, and this view was not loaded before the update."
          : "The server can't be reached. The view opens automatically when the connection is back."}
      </EmptyPanel>
    </div>
  );
}
