import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { StoredFile } from "@/shared/api/types";
import type { ItemActions } from "./FileName";
import { FileRow, rowHeight } from "./FileRow";
import { FileTile, tileHeight } from "./FileTile";
import type { Filters } from "./filters";
import { ListHead } from "./ListHead";
import type { Selection } from "./selection";
import { gap, useColumns } from "./useColumns";
import { handleListKey, type ListKeys } from "./useListKeys";
import type { Viewport } from "./useLiveFiles";
import { useRows } from "./useRows";
import { useFocusActive, useKeepPlace } from "./useScrolling";
import { useScrollMemory } from "./useScrollMemory";

interface FileListProps {
  files: StoredFile[];
  filters: Filters;
  /** Identifies the query that the files belong to, and whether they are loaded. */
  list: string;
  ready: boolean;
  selection: Selection;
  allLoaded: boolean;
  active: number;
  editing: string | null;
  hasMore: boolean;
  viewport: RefObject<Viewport>;
  /** Set to focus the active item once it is rendered. */
  focusActive: RefObject<boolean>;
  /** The list scrolls to the top when this changes. */
  topAsked: number;
  on: ItemActions;
  keys: Omit<ListKeys, "count" | "columns" | "pageRows" | "active" | "sideways">;
  onMore: () => void;
  onTop: () => void;
  onSelectAll: () => void;
}

/** The files as a table or a grid. It renders only visible rows, and keeps them in place when others change. */
export function FileList(props: FileListProps) {
  const { files, filters, selection, active, viewport, on, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const grid = filters.view === "grid";
  const columns = useColumns(scroller, grid);
  const height = grid ? tileHeight + gap : rowHeight;
  const rowCount = Math.ceil(files.length / columns);
  const rows = useRows(scroller, rowCount, height, grid ? 3 : 10);
  const { drawn, seenHeight } = rows;

  useEffect(() => {
    if (hasMore && drawn.end >= rowCount - 15) onMore();
  }, [hasMore, drawn.end, rowCount, onMore]);
  useKeepPlace(scroller, files, columns, height, rows.offset);
  const notePlace = useScrollMemory(scroller, {
    list: `${props.list} ${filters.view}`,
    ready: props.ready && (!grid || columns > 1),
    count: files.length,
    columns,
    height,
    hasMore,
    onMore,
  });
  const toppedFor = useRef(props.topAsked);
  useLayoutEffect(() => {
    if (toppedFor.current === props.topAsked) return;
    toppedFor.current = props.topAsked;
    scroller.current?.scrollTo(0, 0);
  }, [props.topAsked]);
  useFocusActive(scroller, files[active], props.focusActive, () =>
    rows.approach(Math.floor(active / columns)),
  );

  const seen = (offset: number) => {
    const wasTop = viewport.current.atTop;
    viewport.current.atTop = offset < height / 2;
    viewport.current.last = Math.ceil((offset + seenHeight) / height) * columns;
    if (!wasTop && viewport.current.atTop) props.onTop();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the visible rows change with these too
  useEffect(() => seen(rows.offset.current), [files.length, columns, height, seenHeight]);

  const pageRows = Math.floor(seenHeight / height);
  const chosen = props.allLoaded ? "all" : selection.files.size > 0 ? "some" : "none";
  const indexes = Array.from({ length: drawn.end - drawn.first }, (_, i) => drawn.first + i);
  const order = { "aria-rowcount": hasMore ? -1 : grid ? rowCount : rowCount + 1 };
  const item = (index: number) => {
    const file = files[index];
    if (!file) return null;
    const Item = grid ? FileTile : FileRow;
    return (
      <Item
        key={file.id}
        file={file}
        index={index}
        selected={selection.files.has(file.id)}
        active={index === active}
        open={filters.file === file.id}
        editing={props.editing === file.id}
        on={on}
      />
    );
  };
  return (
    <div
      role="grid"
      aria-label="Files"
      aria-multiselectable="true"
      {...order}
      className="@container flex min-h-0 flex-1 flex-col"
      onKeyDown={(event) =>
        handleListKey(event, {
          ...props.keys,
          count: files.length,
          columns,
          pageRows,
          active,
          sideways: grid || filters.file !== "",
        })
      }
    >
      {!grid && <ListHead filters={filters} chosen={chosen} onSelectAll={props.onSelectAll} />}
      <div
        ref={scroller}
        className="file-scroller"
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop;
          rows.scrolled(top);
          seen(top);
          notePlace();
        }}
        data-testid="file-scroller"
      >
        <div role="rowgroup" className="relative" style={{ height: rowCount * height }}>
          {indexes.map((row) =>
            grid ? (
              <div
                key={row}
                role="row"
                aria-rowindex={row + 1}
                className="absolute inset-x-0 grid"
                style={{
                  transform: `translateY(${row * height}px)`,
                  gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
                  gap,
                }}
              >
                {Array.from({ length: columns }, (_, column) => item(row * columns + column))}
              </div>
            ) : (
              <div
                key={files[row]?.id}
                role="presentation"
                className="absolute inset-x-0"
                style={{ transform: `translateY(${row * height}px)` }}
              >
                {item(row)}
              </div>
            ),
          )}
        </div>
      </div>
    </div>
  );
}
