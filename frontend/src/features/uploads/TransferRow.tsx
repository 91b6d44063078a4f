import { Check, CircleAlert, Pause, Play, RotateCcw, X } from "lucide-react";
import { memo, type ReactNode, useEffect, useState } from "react";
import { exactBytes } from "@/shared/format/bytes";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Progress } from "@/shared/ui/Progress";
import { Link } from "@/shared/url/Link";
import { ChooseAgain } from "./ChooseAgain";
import { cancel, retry, retryNow, setPaused } from "./controller";
import { isEnded, isMoving, isStopped, type Transfer } from "./transfer";
import { figures, percent, statusWords } from "./words";

/** One upload: what, how far, what is happening, and what can be done about it. */
export const TransferRow = memo(function TransferRow({ transfer: t }: { transfer: Transfer }) {
  const now = useSeconds(t.status === "retrying" && t.retryAt !== null);
  const tone = isStopped(t)
    ? "danger"
    : t.status === "retrying" || t.status === "needs-file"
      ? "warn"
      : undefined;
  return (
    <li className="transfer" data-status={t.status} data-testid="transfer">
      <StatusIcon transfer={t} />
      <div className="flex min-w-0 flex-1 items-center gap-2">
        {t.status === "done" && t.uploadId ? (
          <Link
            href={`/?file=${t.uploadId}`}
            className="truncate rounded leading-[24px] font-medium hover:underline"
            title={t.name}
          >
            {t.name}
          </Link>
        ) : (
          <span className="truncate font-medium" title={t.path || t.name}>
            {t.name}
          </span>
        )}
        {!isEnded(t) && (
          <span className="nums ml-auto shrink-0 text-[0.86rem] text-muted">{percent(t.sent, t.size)} %</span>
        )}
      </div>
      <Actions transfer={t} />
      <div className="col-start-2 col-end-4 min-w-0 pr-2">
        {!isEnded(t) && (
          <Progress value={t.size === 0 ? 1 : t.sent / t.size} label={`Upload of ${t.name}`} tone={tone} />
        )}
        <p
          className="nums mt-1 text-[0.86rem] [overflow-wrap:anywhere] text-muted"
          title={exactBytes(t.size)}
        >
          <span data-tone={tone} className="status-words">
            {statusWords(t, now)}
          </span>
          {!isStopped(t) && ` · ${figures(t)}`}
        </p>
        {t.status === "needs-file" && <ChooseAgain transfer={t} />}
      </div>
    </li>
  );
});

function StatusIcon({ transfer: t }: { transfer: Transfer }) {
  if (t.status === "done") return <Check size={18} className="text-ok" aria-hidden="true" />;
  if (isStopped(t)) return <CircleAlert size={18} className="text-danger" aria-hidden="true" />;
  return <FileIcon type={t.type} />;
}

function Actions({ transfer: t }: { transfer: Transfer }) {
  return (
    <div className="flex shrink-0">
      {t.status === "retrying" && (
        <Act
          label={`Try ${t.name} now`}
          run={() => retryNow(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      {isMoving(t) && t.status !== "checking" && t.status !== "finishing" && (
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
      {isStopped(t) && (
        <Act
          label={`Retry ${t.name}`}
          run={() => void retry(t.id)}
          icon={<RotateCcw size={15} aria-hidden="true" />}
        />
      )}
      <Act
        label={isEnded(t) ? `Remove ${t.name} from the tray` : `Cancel ${t.name}`}
        run={() => cancel(t.id)}
        icon={<X size={16} aria-hidden="true" />}
      />
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

/** The time, renewed each second while something counts down. */
function useSeconds(running: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}
