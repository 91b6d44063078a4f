import { X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

export interface Toast {
  message: string;
  tone?: "plain" | "danger";
  action?: { label: string; run: () => void };
  /**
   * How long it stays, in milliseconds; longer by default if there is something to do. The time stands still while
   * pointer or focus is on it, and while the page is hidden.
   */
  stays?: number;
  /** Runs when the toast goes away in any way but its action. */
  onGone?: () => void;
}

/** More than these wait until one of them is gone. */
const most = 4;

type Shown = Toast & { id: number };
let shown: Shown[] = [];
let lastId = 0;
const watchers = new Set<() => void>();

function update(next: Shown[]) {
  shown = next;
  for (const watcher of watchers) watcher();
}

/** Shows a short message at the foot of the page; the returned function takes it away without `onGone`. */
export function toast(options: Toast): () => void {
  const id = ++lastId;
  update([...shown, { ...options, id }]);
  return () => update(shown.filter((t) => t.id !== id));
}

export function Toasts() {
  const list = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => shown,
  );
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.slice(0, most).map((t) => (
        <ToastView key={t.id} toast={t} />
      ))}
    </div>
  );
}

function ToastView({ toast: t }: { toast: Shown }) {
  const [held, setHeld] = useState(false);
  const hidden = useSyncExternalStore(watchVisibility, () => document.hidden);
  const left = useRef(t.stays ?? (t.action ? 10_000 : 5000));
  const leave = (gone: boolean) => {
    update(shown.filter((other) => other.id !== t.id));
    if (gone) t.onGone?.();
  };
  const leaveRef = useRef(leave);
  leaveRef.current = leave;
  useEffect(() => {
    if (held || hidden) return;
    const since = Date.now();
    const timer = setTimeout(() => leaveRef.current(true), left.current);
    return () => {
      clearTimeout(timer);
      left.current -= Date.now() - since;
    };
  }, [held, hidden]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: holding the time still is no action of its own
    <div
      className="toast"
      data-tone={t.tone ?? "plain"}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="min-w-0 [overflow-wrap:anywhere]">{t.message}</span>
      {t.action && (
        <button
          type="button"
          className="toast-btn font-semibold underline underline-offset-4"
          onClick={() => {
            leave(false);
            t.action?.run();
          }}
        >
          {t.action.label}
        </button>
      )}
      <button type="button" className="toast-btn" aria-label="Dismiss" onClick={() => leave(true)}>
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}

function watchVisibility(onChange: () => void) {
  document.addEventListener("visibilitychange", onChange);
  return () => document.removeEventListener("visibilitychange", onChange);
}
