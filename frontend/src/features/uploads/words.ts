import { bytes, count, plural } from "@/shared/format/bytes";
import { duration } from "@/shared/format/time";
import { secondsLeft, type Totals } from "./totals";
import type { Transfer } from "./transfer";

/** The time without progress, in milliseconds, after which the last measured speed is no longer shown. */
export const staleAfter = 3000;

function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}

/** Returns the status of a transfer in words. */
export function statusWords(t: Transfer, now = Date.now()): string {
  switch (t.status) {
    case "checking":
      return "Checking";
    case "waiting":
      return "Waiting";
    case "uploading": {
      const idle = t.movedAt === null ? 0 : now - t.movedAt;
      return idle > staleAfter ? `No data for ${duration(Math.floor(idle / 1000))}` : "Uploading";
    }
    case "finishing":
      return "Finishing";
    case "paused":
      return "Paused";
    case "done":
      return "Uploaded";
    case "needs-file":
      return "Select the file again to continue";
    case "needs-click":
      return "Needs your permission to read the file again";
    case "cancelled":
      return "Cancelled";
    case "retrying": {
      if (t.retryAt === null) return sentence(`${t.reason}, continues automatically`);
      const seconds = Math.ceil((t.retryAt - now) / 1000);
      return sentence(
        seconds > 0 ? `${t.reason}, trying again in ${duration(seconds)}` : `${t.reason}, trying again`,
      );
    }
    case "refused":
      return sentence(/^refused/i.test(t.reason) ? t.reason : `refused: ${t.reason}`);
    case "failed":
      return sentence(t.reason);
  }
}

/** Returns "12.0 of 40.0 MiB", or "512 B of 40.0 MiB" if the units differ. */
export function share(sent: number, size: number): string {
  const [part, partUnit] = bytes(sent).split(" ");
  const whole = bytes(size);
  return whole.endsWith(` ${partUnit}`) ? `${part} of ${whole}` : `${part} ${partUnit} of ${whole}`;
}

/** Returns "9 s left" or "2 min left": from a minute on, seconds would only be false precision. */
function timeLeft(seconds: number): string {
  return `${duration(seconds < 60 ? seconds : Math.round(seconds / 60) * 60)} left`;
}

/** Returns the figures of a transfer: "12.0 of 40.0 MiB · 3.10 MiB/s · 9 s left". */
export function figures(t: Transfer): string {
  if (t.status === "done") return bytes(t.size);
  const parts = [t.sent > 0 ? share(t.sent, t.size) : bytes(t.size)];
  if (t.status === "uploading" && t.speed !== null && t.speed > 0) {
    parts.push(`${bytes(Math.round(t.speed))}/s`, timeLeft((t.size - t.sent) / t.speed));
  }
  return parts.join(" · ");
}

/** Returns the state of all uploads of this browser in a few words. */
export function headline(s: Totals): string {
  if (s.moving > 0) {
    const all = s.moving + s.done;
    return all === 1 ? "Uploading 1 file" : `Uploading ${count(s.done + 1)} of ${count(all)}`;
  }
  if (s.needFile > 0) {
    return s.needFile === 1 ? "1 upload needs its file" : `${count(s.needFile)} uploads need their files`;
  }
  if (s.paused > 0) return `${plural(s.paused, "upload")} paused`;
  if (s.stopped > 0 && s.done > 0)
    return `${count(s.done)} of ${plural(s.done + s.stopped, "file")} uploaded`;
  if (s.stopped > 0) return `${plural(s.stopped, "file")} not uploaded`;
  if (s.done === 0) return `${plural(s.cancelled, "upload")} cancelled`;
  return `${plural(s.done, "file")} uploaded`;
}

/** Returns the speed of all uploads and the time left: "24 MiB/s · 2 min left", or "" if it is unknown. */
export function pace(s: Totals): string {
  const left = secondsLeft(s);
  return left === null ? "" : `${bytes(Math.round(s.speed))}/s · ${timeLeft(left)}`;
}

export function percent(sent: number, size: number): number {
  return size === 0 ? 100 : Math.min(100, Math.floor((sent / size) * 100));
}
