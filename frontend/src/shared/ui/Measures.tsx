import { bytes, exactBytes } from "@/shared/format/bytes";
import { ago, exactTime } from "@/shared/format/time";
import { createStore, useStore } from "../store";

/** A size with the exact bytes on hover. */
export function Size({ value }: { value: number }) {
  return (
    <span className="nums whitespace-nowrap" title={exactBytes(value)}>
      {bytes(value)}
    </span>
  );
}

/** A relative time, which is kept up to date, with the exact time on hover. */
export function Ago({ value }: { value: string }) {
  const now = useStore(minute);
  return (
    <time className="whitespace-nowrap" dateTime={value} title={exactTime(value)}>
      {ago(value, Math.max(now, Date.now()))}
    </time>
  );
}

/** The current minute: one clock for all times on the page. */
const minute = createStore(Date.now());
setInterval(() => minute.set(Date.now()), 60_000);
