import type { Reports } from "./engine";
import { Meter } from "./meter";
import { transfers } from "./store";
import { blank, isEnded, type Transfer } from "./transfer";
import { sawProgress } from "./watch";
import { statusWords } from "./words";

const meters = new Map<string, Meter>();
let broughtBack: () => void;

/** Fulfilled when what an earlier page has left is in the tray; never, if there is nothing. */
export const restored = new Promise<void>((resolve) => {
  broughtBack = resolve;
});

/** Forgets the measured speed, after a pause. */
export function resetSpeed(key: string) {
  meters.get(key)?.reset();
}

function set(key: string, patch: Partial<Transfer>, say = false) {
  const transfer = transfers.byKey(key);
  if (!transfer) return;
  transfers.update(transfer.id, patch);
  const now = { ...transfer, ...patch };
  if (say) transfers.announce(`${now.name}: ${statusWords(now)}`);
}

/** The id is the end of the URL's path; what follows is its secret. */
function idOf(url: string | null): string | null {
  return url?.split("?")[0]?.split("/").at(-1) ?? null;
}

/** Turns what the engine tells into what the tray shows. */
export const reports: Reports = {
  restored(items) {
    transfers.add(
      items.map((item) => ({
        ...blank(item.name, item.size, item.type, item.path),
        key: item.key,
        sent: item.sent,
        uploadId: idOf(item.uploadUrl),
        file: item.file,
        status: item.lost ? "needs-file" : "waiting",
      })),
    );
    broughtBack();
  },
  progress(key, sent, uploadUrl) {
    const transfer = transfers.byKey(key);
    if (!transfer || isEnded(transfer) || transfer.status === "paused") return;
    const meter = meters.get(key) ?? new Meter();
    meters.set(key, meter);
    const speed = meter.add(sent);
    sawProgress(transfer.id);
    const status = sent >= transfer.size ? "finishing" : "uploading";
    set(key, { sent, speed, status, retryAt: null, uploadId: idOf(uploadUrl) ?? transfer.uploadId });
  },
  retrying(key, delay, status) {
    meters.get(key)?.reset();
    const reason =
      delay === null
        ? "You are offline"
        : status === null || status === 0
          ? "Connection lost"
          : status === 423
            ? "The server still holds the last connection"
            : `The server answered ${status}`;
    set(
      key,
      { status: "retrying", reason, speed: null, retryAt: delay === null ? null : Date.now() + delay },
      true,
    );
  },
  done(key, uploadUrl) {
    meters.delete(key);
    const transfer = transfers.byKey(key);
    set(
      key,
      { status: "done", sent: transfer?.size, speed: null, uploadId: idOf(uploadUrl), file: null },
      true,
    );
    set(key, { key: null });
  },
  failed(key, { status, text }) {
    meters.delete(key);
    const refused = status >= 400 && status < 500;
    const reason = refused
      ? text
      : status === 507
        ? "no space left on the server"
        : `upload stopped: ${brief(text)}`;
    set(key, { status: refused ? "refused" : "failed", reason, speed: null }, true);
    set(key, { key: null });
  },
};

/** The tus client's messages carry the whole request; the first clause is enough for people. */
function brief(text: string): string {
  return text.replace(/^tus: /, "").split(/[,\n]/)[0] ?? text;
}
