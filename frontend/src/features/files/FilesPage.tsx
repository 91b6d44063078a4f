import { FolderOpen } from "lucide-react";
import { type ReactNode, Suspense } from "react";
import { plural } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { lazyView } from "@/shared/lazy";
import { EmptyPanel, ErrorPanel } from "@/shared/ui/states";
import { useNarrow } from "@/shared/ui/useNarrow";
import { useTitle } from "@/shared/ui/useTitle";
import { FileList } from "./FileList";
import { FilterBar } from "./FilterBar";
import { isFiltered } from "./filters";
import { ListSkeleton } from "./ListSkeleton";
import { PreviewFrame, PreviewNotLoaded } from "./PreviewFrame";
import { useFilesView } from "./useFilesView";
import { useOpenFile } from "./useOpenFile";
import { useTotals } from "./useTotals";

const Nothing = () => null;
const SelectionBar = lazyView(() => import("./SelectionBar"), Nothing);
const ConfirmDelete = lazyView(() => import("./ConfirmDelete"), Nothing);
const NothingMatches = lazyView(() => import("./NothingMatches"));
const PreviewPanel = lazyView(() => import("./preview/PreviewPanel"), PreviewNotLoaded);

type View = ReturnType<typeof useFilesView>;

interface NoFilesProps {
  uploadButton: ReactNode;
  /** The rules for uploads. */
  rules: ReactNode;
}

/** The Files view: filters, list, toolbar for the selected files, and preview of one. */
export function FilesPage({ uploadButton, rules }: NoFilesProps) {
  const view = useFilesView();
  const { filters, files, list, selecting } = view;
  const narrow = useNarrow();
  const opened = useOpenFile(filters.file, files);
  const totals = useTotals(view.query, view.loaded);
  useTitle(filters.q ? `“${filters.q}” in files` : "Files");
  useTitle(opened.file ? visibleName(opened.file.name) : null, 1);
  const toolbar = selecting.selection.files.size > 0 && (
    <Suspense fallback={null}>
      <SelectionBar
        selecting={selecting}
        total={totals?.files}
        onDelete={view.removeSelected}
        onClear={view.clearSelection}
      />
    </Suspense>
  );
  return (
    <div className="relative flex min-h-0 flex-1">
      <section
        className="files-view"
        aria-label="Files"
        // On a phone the preview covers it.
        inert={narrow && filters.file !== ""}
      >
        <FilterBar filters={filters} totals={totals} instead={toolbar} empty={isEmpty(view)} />
        <p className="sr-only" role="status">
          {view.fresh > 0 ? `${plural(view.fresh, "new file")} above` : ""}
        </p>
        <div className="relative flex min-h-0 flex-1 flex-col">
          {view.fresh > 0 && (
            <button type="button" className="fresh-pill" onClick={view.goToFresh}>
              {plural(view.fresh, "new file")}
            </button>
          )}
          <Listed view={view} uploadButton={uploadButton} rules={rules} />
        </div>
        {list.isFetchNextPageError && (
          <p
            role="alert"
            className="mb-(--tray-space) flex items-center gap-3 border-t border-line bg-danger-soft px-6 py-2 text-danger"
          >
            More files could not be loaded.
            <button type="button" className="btn btn-small" onClick={() => void list.fetchNextPage()}>
              Try again
            </button>
          </p>
        )}
      </section>
      {filters.file && (
        <PreviewFrame id={filters.file} onClose={view.closePanel}>
          <PreviewPanel
            id={filters.file}
            opened={opened}
            files={files}
            onMove={view.walk}
            onClose={view.closePanel}
            onDelete={view.removeOne}
          />
        </PreviewFrame>
      )}
      {view.asked && (
        <Suspense fallback={null}>
          <ConfirmDelete files={view.asked} onAnswer={view.answer} />
        </Suspense>
      )}
    </div>
  );
}

/** Reports whether there are no files at all, as opposed to none that match. */
function isEmpty({ filters, files, list }: View): boolean {
  return (
    list.isSuccess &&
    !list.isPlaceholderData &&
    files.length === 0 &&
    !list.hasNextPage &&
    !isFiltered(filters)
  );
}

/** The list, or its loading, error or empty state. */
function Listed({ view, ...empty }: NoFilesProps & { view: View }) {
  const { filters, files, list } = view;
  // Without filters, an empty list of the former query says nothing about this one.
  const unknown = list.isPlaceholderData && files.length === 0 && !isFiltered(filters);
  if (list.isPending || unknown) return <ListSkeleton grid={filters.view === "grid"} />;
  if (list.isError && files.length === 0) {
    return (
      <ErrorPanel
        title="The files could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    );
  }
  if (isEmpty(view)) return <NoFiles {...empty} />;
  if (files.length === 0 && !list.hasNextPage) {
    return (
      <Suspense fallback={null}>
        <NothingMatches filters={filters} />
      </Suspense>
    );
  }
  return (
    <FileList
      files={files}
      filters={filters}
      list={JSON.stringify(view.query)}
      ready={!list.isPlaceholderData}
      selection={view.selecting.selection}
      allLoaded={view.selecting.allLoaded}
      active={view.active}
      editing={view.editing}
      hasMore={list.hasNextPage}
      viewport={view.viewport}
      focusActive={view.focusActive}
      topAsked={view.topAsked}
      on={view.on}
      keys={view.keys}
      onMore={view.loadMore}
      onTop={view.showFresh}
      onSelectAll={view.toggleAll}
    />
  );
}

function NoFiles({ uploadButton, rules }: NoFilesProps) {
  return (
    <EmptyPanel icon={<FolderOpen size={28} aria-hidden="true" />} title="No files yet" action={uploadButton}>
      Drop files or folders anywhere on this page, paste them, or choose them. If the connection breaks,
      uploads continue where they stopped.
      {rules}
    </EmptyPanel>
  );
}
