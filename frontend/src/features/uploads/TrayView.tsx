import { type RefObject, useEffect, useRef, useState } from "react";
import { useAnnouncement } from "./announcements";
import { startUploads } from "./controller";
import { useTotals } from "./store";
import { TransferList } from "./TransferList";
import { TrayHead, TrayPill } from "./TrayHead";
import { useFolding } from "./useFolding";
import { useTitleProgress } from "./useTitleProgress";

/** The tray of uploads in every view except the one that lists them itself. */
export default function TrayView({ listed }: { listed: boolean }) {
  const totals = useTotals();
  const announcement = useAnnouncement();
  useTitleProgress(totals);
  useEffect(() => startUploads(), []);
  return (
    <>
      <p className="sr-only" role="status" aria-live="polite" data-testid="upload-announcement">
        {announcement}
      </p>
      {totals.count > 0 && !listed && <TrayBox />}
    </>
  );
}

function TrayBox() {
  const totals = useTotals();
  const box = useRef<HTMLElement>(null);
  const { open, setOpen, hold } = useFolding(totals, box);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  useTraySpace(box);
  useStableHeight(scroller, totals.moving > 0);
  return (
    <section ref={box} className="tray" aria-label="Upload tray" data-open={open} {...hold}>
      {open ? (
        <>
          <TrayHead totals={totals} onFold={() => setOpen(false)} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <div ref={setScroller} className="tray-list" tabIndex={0} role="group" aria-label="Upload list">
            <TransferList scroller={scroller} />
          </div>
        </>
      ) : (
        <TrayPill totals={totals} onOpen={() => setOpen(true)} />
      )}
    </section>
  );
}

/** Sets --tray-space to the height that the tray covers, so that lists can end above it. */
function useTraySpace(box: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const root = document.documentElement;
    const element = box.current;
    if (!element) return;
    const gap = 16;
    const observer = new ResizeObserver(() => {
      root.style.setProperty(
        "--tray-space",
        `${Math.ceil(element.getBoundingClientRect().height) + 2 * gap}px`,
      );
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      root.style.setProperty("--tray-space", "0px");
    };
  }, [box]);
}

/** Prevents the list from shrinking while uploads come and go. */
function useStableHeight(element: HTMLElement | null, moving: boolean) {
  useEffect(() => {
    if (!element || !moving) return;
    const observer = new ResizeObserver(() => {
      element.style.minHeight = `${element.offsetHeight}px`;
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      element.style.minHeight = "";
    };
  }, [element, moving]);
}
