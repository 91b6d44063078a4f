import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useState } from "react";
import { count } from "@/shared/format/bytes";
import { continueAll } from "./controller";
import { useGroup, useTotals } from "./store";
import { TransferRow } from "./TransferRow";
import type { Group } from "./transfer";

/** The number of waiting uploads that the tray lists; it counts the rest. */
const maxWaiting = 3;
/** The number of finished uploads that are listed without unfolding them. */
const maxDone = 20;

type Item =
  | { kind: "head"; key: string; group: Group; count: number; folded?: boolean }
  | { kind: "row"; key: string }
  | { kind: "more"; key: string; count: number };

const titles: Record<Group, string> = {
  needs: "Needs you",
  moving: "Uploading",
  waiting: "Waiting",
  done: "Done",
};

function useItems(whole: boolean, showDone: boolean): Item[] {
  const needs = useGroup("needs");
  const moving = useGroup("moving");
  const waiting = useGroup("waiting");
  const done = useGroup("done");
  return useMemo(() => {
    const items: Item[] = [];
    const add = (group: Group, all: readonly string[], shown = all.length, folded?: boolean) => {
      if (all.length === 0) return;
      items.push({ kind: "head", key: group, group, count: all.length, folded });
      for (let i = 0; i < shown; i++) items.push({ kind: "row", key: all[i] ?? "" });
      if (shown < all.length && folded === undefined)
        items.push({ kind: "more", key: "more", count: all.length - shown });
    };
    add("needs", needs);
    add("moving", moving);
    add("waiting", waiting, whole ? waiting.length : Math.min(maxWaiting, waiting.length));
    // If nothing else is listed, there is room for all of them.
    const many = done.length > maxDone && items.length > 0;
    // The newest come first.
    add("done", done.toReversed(), many && !showDone ? 0 : done.length, many ? !showDone : undefined);
    return items;
  }, [needs, moving, waiting, done, whole, showDone]);
}

const heights = { head: 32, row: 64, more: 36 };

interface TransferListProps {
  /** The element that scrolls the list, null before it is mounted. */
  scroller: HTMLElement | null;
  /** Lists all waiting uploads instead of the first few. */
  whole?: boolean;
}

/** The uploads of this browser in groups: those that need attention, then uploading, waiting and finished ones. */
export function TransferList({ scroller, whole = false }: TransferListProps) {
  const [showDone, setShowDone] = useState(false);
  const items = useItems(whole, showDone);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: (i) => heights[items[i]?.kind ?? "row"],
    getItemKey: (i) => items[i]?.key ?? i,
    overscan: 12,
  });
  return (
    <ul
      className="relative"
      style={{ height: rows.getTotalSize() }}
      aria-label="Uploads of this browser"
      data-testid="transfers"
    >
      {rows.getVirtualItems().map((at) => {
        const item = items[at.index];
        return (
          item && (
            <li
              key={at.key}
              ref={rows.measureElement}
              data-index={at.index}
              className="absolute top-0 left-0 w-full"
              style={{ transform: `translateY(${at.start}px)` }}
            >
              <Line item={item} onFold={() => setShowDone(!showDone)} />
            </li>
          )
        );
      })}
    </ul>
  );
}

function Line({ item, onFold }: { item: Item; onFold: () => void }) {
  if (item.kind === "row") return <TransferRow id={item.key} />;
  if (item.kind === "more") return <p className="px-4 py-2 text-muted">and {count(item.count)} more</p>;
  return (
    <div className="transfer-group">
      <h3>
        {titles[item.group]} · {count(item.count)}
      </h3>
      {item.group === "needs" && <Continue />}
      {item.folded !== undefined && (
        <button type="button" className="link-btn" aria-expanded={!item.folded} onClick={onFold}>
          {item.folded ? "Show" : "Hide"}
        </button>
      )}
    </div>
  );
}

/** The button that resumes all uploads whose files the browser can reopen. */
function Continue() {
  const { needClick } = useTotals();
  if (needClick === 0) return null;
  return (
    <button type="button" className="btn btn-small btn-primary" onClick={() => void continueAll()}>
      {needClick === 1 ? "Continue 1 upload" : `Continue ${count(needClick)} uploads`}
    </button>
  );
}
