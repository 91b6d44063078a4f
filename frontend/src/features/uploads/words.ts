import { bytes, plural } from "@/shared/format/bytes";
import { duration } from "@/shared/format/time";
import type { Summary, Transfer } from "./transfer";

function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}

/** What is happening to a transfer, in words. */
export function statusWords(t: Transfer, now = Date.now()): string {
  switch (t.status) {
    case "checking":
      return "Checking";
    case "waiting":
      return "Waiting for its turn";
    case "uploading":
      return "Uploading";
    case "finishing":
      return "Finishing";
    case "paused":
      return "Paused";
    case "done":
      return "Uploaded";
    case "needs-file":
      return "Choose the file again to go on";
    case "retrying": {
      if (t.retryAt === null) return sentence(`${t.reason}, goes on by itself`);
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

/** Two sizes with the unit named once if it is the same: "12.0 of 40.0 MiB". */
export function share(sent: number, size: number): string {
  const [part, partUnit] = bytes(sent).split(" ");
  const whole = bytes(size);
  return whole.endsWith(` ${partUnit}`) ? `${part} of ${whole}` : `${part} ${partUnit} of ${whole}`;
}

/** The numbers of a transfer that moves: "12.0 of 40.0 MiB · 3.10 MiB/s · 9 s left". */
export function figures(t: Transfer): string {
  if (t.status === "done") return bytes(t.size);
  const parts = [t.sent > 0 ? share(t.sent, t.size) : bytes(t.size)];
  if (t.status === "uploading" && t.speed !== null && t.speed > 0) {
    parts.push(`${bytes(Math.round(t.speed))}/s`, `${duration((t.size - t.sent) / t.speed)} left`);
  }
  return parts.join(" · ");
}

/** The tray's headline. */
export function headline(s: Summary): string {
  if (s.moving > 0) return `Uploading ${plural(s.moving, "file")}`;
  if (s.needFile > 0) return `${plural(s.needFile, "upload")} can go on`;
  if (s.paused > 0) return `${plural(s.paused, "upload")} paused`;
  if (s.stopped > 0) return `${plural(s.stopped, "file")} not uploaded`;
  return `${plural(s.done, "file")} uploaded`;
}

export function percent(sent: number, size: number): number {
  return size === 0 ? 100 : Math.min(100, Math.floor((sent / size) * 100));
}
