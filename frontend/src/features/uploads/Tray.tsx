import { useEffect, useRef, useState } from "react";
import { addFiles, recover } from "./controller";
import { fromPaste } from "./incoming";
import { useAnnouncement, useTransfers } from "./store";
import { TransferRow } from "./TransferRow";
import { TrayHead } from "./TrayHead";
import { summarise, type Transfer } from "./transfer";

/** More rows than this help nobody; the totals count all. */
const most = 200;

/** The uploads of this browser, in reach on every view; only its head where the view itself lists them. */
export function Tray({ listed }: { listed: boolean }) {
  const list = useTransfers();
  const announcement = useAnnouncement();
  const [wanted, setOpen] = useState(true);
  const open = wanted && !listed;
  usePaste();
  useEffect(() => recover(), []);
  useReopen(list, setOpen);
  return (
    <>
      <p className="sr-only" role="status" aria-live="polite">
        {announcement}
      </p>
      {list.length > 0 && (
        <section className="tray" aria-label="Upload tray" data-open={open}>
          <TrayHead
            list={list}
            summary={summarise(list)}
            open={open}
            onToggle={listed ? null : () => setOpen(!open)}
          />
          {open && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
            <ul className="tray-list" tabIndex={0} aria-label="Uploads of this browser">
              {pick(list).map((transfer) => (
                <TransferRow key={transfer.id} transfer={transfer} />
              ))}
              {list.length > most && <li className="px-4 py-3 text-muted">and {list.length - most} more</li>}
            </ul>
          )}
        </section>
      )}
    </>
  );
}

const urgency: Record<Transfer["status"], number> = {
  "needs-file": 0,
  refused: 0,
  failed: 0,
  retrying: 1,
  uploading: 1,
  finishing: 1,
  paused: 1,
  checking: 2,
  waiting: 2,
  done: 3,
};

/** The order of arrival; of very many only those that are most worth seeing. */
export function pick(list: readonly Transfer[]): readonly Transfer[] {
  if (list.length <= most) return list;
  const chosen = new Set([...list].sort((a, b) => urgency[a.status] - urgency[b.status]).slice(0, most));
  return list.filter((t) => chosen.has(t));
}

function useReopen(list: readonly Transfer[], setOpen: (open: boolean) => void) {
  const count = useRef(0);
  useEffect(() => {
    if (list.length > count.current) setOpen(true);
    count.current = list.length;
  }, [list.length, setOpen]);
}

function usePaste() {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = fromPaste(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      void addFiles(files);
    };
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  }, []);
}
