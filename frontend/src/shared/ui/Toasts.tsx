import { X } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { createStore, useStore } from "../store";

export interface Toast {
  message: string;
  tone?: "plain" | "danger";
  action?: { label: string; run: () => void };
  /**
   * How long it is shown, in milliseconds; by default longer if it has an action. The time is paused while the toast
   * has the pointer or the focus, and while the page is hidden.
   */
  duration?: number;
  /** Runs when the toast disappears in any way but by its action. */
  onGone?: () => void;
}

/** The most toasts shown at the same time. Others wait. */
const max = 4;

type Shown = Toast & { id: number };
const shown = createStore<Shown[]>([]);
let lastId = 0;

function remove(id: number) {
  shown.set(shown.get().filter((t) => t.id !== id));
}

/** Shows a short message at the bottom of the page. The returned function removes it without calling `onGone`. */
export function toast(options: Toast): () => void {
  const id = ++lastId;
  shown.set([...shown.get(), { ...options, id }]);
  return () => remove(id);
}

export function Toasts() {
  const list = useStore(shown);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {list.slice(0, max).map((t) => (
        <ToastView key={t.id} toast={t} />
      ))}
    </div>
  );
}

function ToastView({ toast: t }: { toast: Shown }) {
  const [held, setHeld] = useState(false);
  const hidden = useSyncExternalStore(watchVisibility, () => document.hidden);
  const left = useRef(t.duration ?? (t.action ? 10_000 : 5000));
  const leave = (gone: boolean) => {
    remove(t.id);
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
    // biome-ignore lint/a11y/noStaticElementInteractions: the handlers only pause the timer
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
