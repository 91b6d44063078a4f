import { Pause, Play, RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { cancel, drop, retry, retryNow, setPaused } from "./controller";
import { isEnded, isMoving, isRetriable, type Transfer } from "./transfer";

/** The buttons of an upload. */
export function TransferActions({ transfer: t }: { transfer: Transfer }) {
  return (
    <div className="flex min-w-15 shrink-0 justify-end">
      {t.status === "retrying" && (
        <Act
          label={`Try ${t.name} now`}
          run={() => retryNow(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      {isMoving(t) && t.status !== "checking" && (
        <Act
          label={`Pause ${t.name}`}
          run={() => setPaused(t.id, true)}
          icon={<Pause size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
        />
      )}
      {t.status === "paused" && (
        <Act
          label={`Resume ${t.name}`}
          run={() => setPaused(t.id, false)}
          icon={<Play size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
        />
      )}
      {isRetriable(t) && (
        <Act
          label={`Retry ${t.name}`}
          run={() => retry(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      {isEnded(t) ? (
        <Act
          label={`Remove ${t.name} from the tray`}
          run={() => drop(t.id)}
          icon={<X size={16} aria-hidden="true" />}
        />
      ) : (
        <Act label={`Cancel ${t.name}`} run={() => cancel(t.id)} icon={<X size={16} aria-hidden="true" />} />
      )}
    </div>
  );
}

function Act({ label, run, icon }: { label: string; run: () => void; icon: ReactNode }) {
  return (
    <button
      type="button"
      className="icon-btn size-7.5"
      aria-label={label}
      title={label.split(" ")[0]}
      onClick={run}
    >
      {icon}
    </button>
  );
}
