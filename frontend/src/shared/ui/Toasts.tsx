import { X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

export interface Toast {
  message: string;
  tone?: "plain" | "danger";
  action?: { label: string; run: () => void };
  /** How long it stays, in milliseconds. The time stands still while pointer or focus is on it. */
  stays?: number;
  /** Runs when the toast goes away in any way but its action. */
  onGone?: () => void;
}

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
    <div
      className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 lg:bottom-6"
      role="status"
      aria-live="polite"
    >
      {list.map((t) => (
        <ToastView key={t.id} toast={t} />
      ))}
    </div>
  );
}

function ToastView({ toast: t }: { toast: Shown }) {
  const [held, setHeld] = useState(false);
  const left = useRef(t.stays ?? 5000);
  const leave = (gone: boolean) => {
    update(shown.filter((other) => other.id !== t.id));
    if (gone) t.onGone?.();
  };
  const leaveRef = useRef(leave);
  leaveRef.current = leave;
  useEffect(() => {
    if (held) return;
    const since = Date.now();
    const timer = setTimeout(() => leaveRef.current(true), left.current);
    return () => {
      clearTimeout(timer);
      left.current -= Date.now() - since;
    };
  }, [held]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: holding the time still is no action of its own
    <div
      className="toast pointer-events-auto flex max-w-full items-center gap-3 rounded-xl bg-ink py-2 pr-2 pl-4 text-paper shadow-float"
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
          className="min-h-8 rounded-lg px-3 font-semibold underline underline-offset-4 hover:bg-white/10"
          onClick={() => {
            leave(false);
            t.action?.run();
          }}
        >
          {t.action.label}
        </button>
      )}
      <button
        type="button"
        className="grid size-8 place-items-center rounded-lg hover:bg-white/10"
        aria-label="Dismiss"
        onClick={() => leave(true)}
      >
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}
