import { useSyncExternalStore } from "react";
import { bytes, exactBytes } from "@/shared/format/bytes";
import { ago, exactTime } from "@/shared/format/time";

/** A size with the exact bytes on hover. */
export function Size({ value }: { value: number }) {
  return (
    <span className="nums whitespace-nowrap" title={exactBytes(value)}>
      {bytes(value)}
    </span>
  );
}

/** A time ago with the exact one on hover; it keeps itself up to date. */
export function Ago({ value }: { value: string }) {
  const now = useMinute();
  return (
    <time className="whitespace-nowrap" dateTime={value} title={exactTime(value)}>
      {ago(value, Math.max(now, Date.now()))}
    </time>
  );
}

const watchers = new Set<() => void>();
let minute = Date.now();

/** One clock for all times on the page. */
function watchMinute(watcher: () => void) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

setInterval(() => {
  minute = Date.now();
  for (const watcher of watchers) watcher();
}, 60_000);

function useMinute(): number {
  return useSyncExternalStore(watchMinute, () => minute);
}
