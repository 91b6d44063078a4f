import { ChevronDown, ChevronUp, Pause, Play, RotateCcw, Trash2, X } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { bytes } from "@/shared/format/bytes";
import { duration } from "@/shared/format/time";
import { Progress } from "@/shared/ui/Progress";
import { cancelAll, clearEnded, pauseAll, resumeAll, retryAll } from "./controller";
import type { Summary, Transfer } from "./transfer";
import { headline, percent, share } from "./words";

interface TrayHeadProps {
  list: readonly Transfer[];
  summary: Summary;
  open: boolean;
  onToggle: (() => void) | null;
}

/** The tray's total, and what can be done with all uploads. */
export function TrayHead({ list, summary: s, open, onToggle }: TrayHeadProps) {
  const unfinished = s.moving + s.paused + s.needFile;
  return (
    <header className="px-3 pt-2.5 pb-2">
      <div className="flex items-center gap-0.5">
        <h2 className="min-w-0 flex-1 truncate pl-1 font-semibold">{headline(s)}</h2>
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
        {s.stopped > 0 && (
          <Act label="Retry all" run={retryAll} icon={<RotateCcw size={16} aria-hidden="true" />} />
        )}
        {unfinished > 0 && <CancelAll count={unfinished} />}
        {onToggle && (
          <Act
            label={open ? "Collapse tray" : "Open tray"}
            run={onToggle}
            expanded={open}
            icon={
              open ? <ChevronDown size={18} aria-hidden="true" /> : <ChevronUp size={18} aria-hidden="true" />
            }
          />
        )}
        {list.length > unfinished && (
          <Act label="Clear finished uploads" run={clearEnded} icon={<X size={17} aria-hidden="true" />} />
        )}
      </div>
      {unfinished > 0 && (
        <div className="mt-1 flex flex-col gap-1.5 px-1">
          <Progress value={s.bytes === 0 ? 1 : s.sent / s.bytes} label="All uploads" />
          <p className="nums flex justify-between gap-3 text-[0.86rem] text-muted">
            <span>
              {percent(s.sent, s.bytes)} % · {share(s.sent, s.bytes)}
            </span>
            <span>
              {s.speed !== null && s.speed > 0 && `${bytes(Math.round(s.speed))}/s`}
              {s.left !== null && ` · ${duration(s.left)} left`}
            </span>
          </p>
        </div>
      )}
    </header>
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

/** Asks once more, because what was sent would be lost. */
function CancelAll({ count }: { count: number }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!armed) return;
    const timer = setTimeout(() => setArmed(false), 5000);
    return () => clearTimeout(timer);
  }, [armed]);
  if (!armed) {
    return (
      <Act label="Cancel all" run={() => setArmed(true)} icon={<Trash2 size={16} aria-hidden="true" />} />
    );
  }
  return (
    <button
      type="button"
      className="btn btn-small border-transparent bg-danger-soft text-danger"
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was just used
      autoFocus
      onClick={() => {
        setArmed(false);
        cancelAll();
      }}
    >
      Cancel all {count}?
    </button>
  );
}
