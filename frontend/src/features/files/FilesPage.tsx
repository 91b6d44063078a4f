import { FolderOpen, SearchX } from "lucide-react";
import { type ReactNode, Suspense } from "react";
import { plural } from "@/shared/format/bytes";
import { lazyView } from "@/shared/lazy";
import { Boundary } from "@/shared/ui/Boundary";
import { EmptyPanel, ErrorPanel } from "@/shared/ui/states";
import { useNarrow } from "@/shared/ui/useNarrow";
import { useTitle } from "@/shared/ui/useTitle";
import { FileList } from "./FileList";
import { clearFilters, FilterBar } from "./FilterBar";
import { isFiltered } from "./filters";
import { ListSkeleton } from "./ListSkeleton";
import { PanelNotLoaded } from "./PanelNotLoaded";
import { SelectionBar } from "./SelectionBar";
import { useFilesView } from "./useFilesView";

const PreviewPanel = lazyView(() => import("./preview/PreviewPanel"), PanelNotLoaded);

/** All files: filters, list, what can be done with several, and the panel of one. */
export function FilesPage({ uploadButton }: { uploadButton: ReactNode }) {
  const view = useFilesView();
  const { filters, files, list, selected } = view;
  const narrow = useNarrow();
  useTitle(filters.q ? `“${filters.q}” in files` : "Files");
  return (
    <div className="relative flex min-h-0 flex-1">
      <section
        className="relative flex min-w-0 flex-1 flex-col bg-surface pt-4"
        aria-label="Files"
        // On a phone the panel covers it.
        inert={narrow && filters.file !== ""}
      >
        <FilterBar filters={filters} />
        <p className="sr-only" role="status">
          {view.fresh > 0 ? `${plural(view.fresh, "new file")} above` : ""}
        </p>
        <div className="relative flex min-h-0 flex-1 flex-col">
          {view.fresh > 0 && (
            <button type="button" className="fresh-pill" onClick={view.goToFresh}>
              {plural(view.fresh, "new file")}
            </button>
          )}
          {list.isPending ? (
            <ListSkeleton grid={filters.view === "grid"} />
          ) : list.isError && files.length === 0 ? (
            <ErrorPanel
              title="The files could not be loaded"
              error={list.error}
              onRetry={() => void list.refetch()}
            />
          ) : files.length === 0 && !list.hasNextPage ? (
            <NoFiles filtered={isFiltered(filters)} uploadButton={uploadButton} />
          ) : (
            <FileList
              files={files}
              filters={filters}
              selection={view.selection}
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
          )}
        </div>
        {list.isFetchNextPageError && (
          <p
            role="alert"
            className="flex items-center gap-3 border-t border-line bg-danger-soft px-6 py-2 text-danger"
          >
            More files could not be loaded.
            <button type="button" className="btn btn-small" onClick={() => void list.fetchNextPage()}>
              Try again
            </button>
          </p>
        )}
        {selected.length > 0 && (
          <SelectionBar files={selected} onDelete={view.deleteSelected} onClear={view.clearSelection} />
        )}
      </section>
      {filters.file && (
        <Boundary resetKey={filters.file} what="This file">
          <Suspense fallback={<aside className="preview-panel" aria-label="Preview" />}>
            <PreviewPanel
              id={filters.file}
              files={files}
              onMove={view.walk}
              onClose={view.closePanel}
              onDelete={view.deleteOne}
            />
          </Suspense>
        </Boundary>
      )}
    </div>
  );
}

function NoFiles({ filtered, uploadButton }: { filtered: boolean; uploadButton: ReactNode }) {
  if (filtered) {
    return (
      <EmptyPanel
        icon={<SearchX size={28} aria-hidden="true" />}
        title="Nothing matches"
        action={
          <button type="button" className="btn" onClick={clearFilters}>
            Clear filters
          </button>
        }
      >
        No file fits this search and these filters.
      </EmptyPanel>
    );
  }
  return (
    <EmptyPanel icon={<FolderOpen size={28} aria-hidden="true" />} title="No files yet" action={uploadButton}>
      Drop files or folders anywhere on this page, paste them, or choose them. An upload that is interrupted
      goes on where it stopped.
    </EmptyPanel>
  );
}
