import { ChevronDown, CircleX, ListX, Pause, Play, RotateCcw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { count } from "@/shared/format/bytes";
import { Progress } from "@/shared/ui/Progress";
import { cancelAll, clearEnded, pauseAll, resumeAll, retryAll } from "./controller";
import type { Totals } from "./totals";
import { headline, pace, percent, share } from "./words";

/** The totals of all uploads, and the buttons for all of them. */
export function TrayHead({ totals: s, onFold }: { totals: Totals; onFold?: () => void }) {
  const unfinished = s.moving + s.paused + s.needFile;
  return (
    <header className="px-3 pt-2.5 pb-2">
      <div className="flex items-center gap-0.5">
        <h2 className="nums min-w-0 flex-1 truncate pl-1 font-semibold">{headline(s)}</h2>
        {s.done + s.stopped > 0 && (
          <Act
            label="Clear finished uploads"
            run={clearEnded}
            icon={<ListX size={18} aria-hidden="true" />}
          />
        )}
        {s.retriable > 0 && (
          <Act label="Retry failed" run={retryAll} icon={<RotateCcw size={16} aria-hidden="true" />} />
        )}
        {s.moving > 0 && (
          <Act
            label="Pause all"
            run={pauseAll}
            icon={<Pause size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
          />
        )}
        {s.paused > 0 && s.moving === 0 && (
          <Act
            label="Resume all"
            run={resumeAll}
            icon={<Play size={16} fill="currentColor" strokeWidth={0} aria-hidden="true" />}
          />
        )}
        {unfinished > 0 && <CancelAll uploads={unfinished} />}
        {onFold && (
          <Act
            label="Collapse tray"
            run={onFold}
            expanded
            icon={<ChevronDown size={18} aria-hidden="true" />}
          />
        )}
      </div>
      {s.moving + s.paused > 0 && (
        <div className="mt-1 flex flex-col gap-1.5 px-1">
          <Progress value={s.bytes === 0 ? 1 : s.sent / s.bytes} label="All uploads" />
          <p className="nums flex justify-between gap-3 text-[0.86rem] text-muted">
            <span>
              {percent(s.sent, s.bytes)} % · {share(s.sent, s.bytes)}
            </span>
            <span>{pace(s)}</span>
          </p>
        </div>
      )}
    </header>
  );
}

/** The folded tray: status and progress. */
export function TrayPill({ totals: s, onOpen }: { totals: Totals; onOpen: () => void }) {
  const needsAttention = s.stopped + s.needFile > 0;
  const part = s.bytes === 0 ? 1 : s.sent / s.bytes;
  const words = headline(s);
  return (
    <button type="button" className="tray-pill" aria-expanded={false} onClick={onOpen}>
      <Ring part={part} />
      <span className="nums min-w-0 truncate">
        <span className="sr-only">Open tray: </span>
        {words}
        {s.moving > 0 && ` · ${percent(s.sent, s.bytes)} %`}
      </span>
      {needsAttention && (
        <span className="tray-dot">
          <span className="sr-only">, some uploads need attention</span>
        </span>
      )}
    </button>
  );
}

/** The circumference of the ring, whose radius is 7. */
const circumference = 2 * Math.PI * 7;

function Ring({ part }: { part: number }) {
  return (
    <svg width={18} height={18} viewBox="0 0 18 18" className="tray-ring" aria-hidden="true">
      <circle cx={9} cy={9} r={7} />
      <circle
        cx={9}
        cy={9}
        r={7}
        strokeDasharray={`${part * circumference} ${circumference}`}
        transform="rotate(-90 9 9)"
      />
    </svg>
  );
}

interface ActProps {
  label: string;
  run: () => void;
  icon: ReactNode;
  expanded?: boolean;
}

function Act({ label, run, icon, expanded }: ActProps) {
  return (
    <button
      type="button"
      className="icon-btn size-8"
      aria-label={label}
      title={label}
      aria-expanded={expanded}
      onClick={run}
    >
      {icon}
    </button>
  );
}

/** The button that cancels all uploads. It asks for confirmation, because this can't be undone. */
function CancelAll({ uploads }: { uploads: number }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!armed) return;
    const timer = setTimeout(() => setArmed(false), 5000);
    return () => clearTimeout(timer);
  }, [armed]);
  if (!armed) {
    return (
      <Act label="Cancel all" run={() => setArmed(true)} icon={<CircleX size={17} aria-hidden="true" />} />
    );
  }
  return (
    <button
      type="button"
      className="btn btn-small border-transparent bg-danger-soft text-danger"
      // biome-ignore lint/a11y/noAutofocus: it replaces the button that was just used
      autoFocus
      onClick={() => {
        setArmed(false);
        cancelAll();
      }}
    >
      Cancel all {count(uploads)}?
    </button>
  );
}
