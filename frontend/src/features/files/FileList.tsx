import { useVirtualizer } from "@tanstack/react-virtual";
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
import { useFocusActive, useKeepPlace } from "./useScrolling";

interface FileListProps {
  files: StoredFile[];
  filters: Filters;
  selection: Selection;
  active: number;
  editing: string | null;
  hasMore: boolean;
  viewport: RefObject<Viewport>;
  /** Set to move the keyboard's focus to the active item once it is drawn. */
  focusActive: RefObject<boolean>;
  /** Scrolls to the top when it grows. */
  topAsked: number;
  on: ItemActions;
  keys: Omit<ListKeys, "count" | "columns" | "pageRows" | "active" | "sideways">;
  onMore: () => void;
  onTop: () => void;
  onSelectAll: () => void;
}

/** The files as table or grid. Only what can be seen is drawn, and what is read does not move when others go. */
export function FileList(props: FileListProps) {
  const { files, filters, selection, active, viewport, on, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const grid = filters.view === "grid";
  const columns = useColumns(scroller, grid);
  const height = grid ? tileHeight + gap : rowHeight;
  const rowCount = Math.ceil(files.length / columns);
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: grid ? 3 : 10,
  });
  const items = rows.getVirtualItems();
  const lastDrawn = items.at(-1)?.index ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the virtualizer keeps sizes of the other layout
  useLayoutEffect(() => rows.measure(), [height, columns]);
  useEffect(() => {
    if (hasMore && lastDrawn >= rowCount - 15) onMore();
  }, [hasMore, lastDrawn, rowCount, onMore]);
  useKeepPlace(scroller, files, columns, height);
  useLayoutEffect(() => {
    if (props.topAsked > 0) scroller.current?.scrollTo(0, 0);
  }, [props.topAsked]);
  useFocusActive(scroller, files[active], props.focusActive, () =>
    rows.scrollToIndex(Math.floor(active / columns)),
  );

  const look = () => {
    const box = scroller.current;
    if (!box) return;
    const wasTop = viewport.current.atTop;
    viewport.current.atTop = box.scrollTop < height / 2;
    viewport.current.last = Math.ceil((box.scrollTop + box.clientHeight) / height) * columns;
    if (!wasTop && viewport.current.atTop) props.onTop();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is seen changes with these too
  useEffect(look, [files.length, columns, height]);

  const pageRows = Math.floor((scroller.current?.clientHeight ?? 600) / height);
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
        selected={selection.ids.has(file.id)}
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
      {!grid && (
        <ListHead filters={filters} files={files} selection={selection} onSelectAll={props.onSelectAll} />
      )}
      <div ref={scroller} className="file-scroller" onScroll={look} data-testid="file-scroller">
        <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((row) =>
            grid ? (
              <div
                key={row.key}
                role="row"
                aria-rowindex={row.index + 1}
                className="absolute inset-x-0 grid"
                style={{
                  transform: `translateY(${row.start}px)`,
                  gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
                  gap,
                }}
              >
                {Array.from({ length: columns }, (_, column) => item(row.index * columns + column))}
              </div>
            ) : (
              <div
                key={row.key}
                role="presentation"
                className="absolute inset-x-0"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                {item(row.index)}
              </div>
            ),
          )}
        </div>
      </div>
    </div>
  );
}
