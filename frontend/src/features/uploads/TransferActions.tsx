import { Pause, Play, RotateCcw, X } from "lucide-react";
import type { ReactNode } from "react";
import { visibleName } from "@/shared/format/name";
import { cancel, drop, retry, retryNow, setPaused } from "./controller";
import { isEnded, isMoving, isRetriable, type Transfer } from "./transfer";

/** The buttons of an upload. */
export function TransferActions({ transfer: t }: { transfer: Transfer }) {
  const name = visibleName(t.name);
  return (
    <div className="flex min-w-15 shrink-0 justify-end">
      {t.status === "retrying" && (
        <Act
          label={`Try ${name} now`}
          run={() => retryNow(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      {isMoving(t) && t.status !== "checking" && (
        <Act
          label={`Pause ${name}`}
          run={() => setPaused(t.id, true)}
          icon={<Pause size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
        />
      )}
      {t.status === "paused" && (
        <Act
          label={`Resume ${name}`}
          run={() => setPaused(t.id, false)}
          icon={<Play size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
        />
      )}
      {isRetriable(t) && (
        <Act
          label={`Retry ${name}`}
          run={() => retry(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      {isEnded(t) ? (
        <Act
          label={`Remove ${name} from the tray`}
          run={() => drop(t.id)}
          icon={<X size={16} aria-hidden="true" />}
        />
      ) : (
        <Act label={`Cancel ${name}`} run={() => cancel(t.id)} icon={<X size={16} aria-hidden="true" />} />
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
