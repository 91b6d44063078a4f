import { Download, Link as LinkIcon, Trash2, X } from "lucide-react";
import { bytes, count, plural } from "@/shared/format/bytes";
import { copyLinks, downloadFiles, maxDownloads } from "./actions";
import type { useSelection } from "./useSelection";

interface SelectionBarProps {
  selecting: ReturnType<typeof useSelection>;
  /** The number of files that match, undefined while it is unknown. */
  total: number | undefined;
  onDelete: () => void;
  onClear: () => void;
}

/** The toolbar for the selected files, in place of the type filters. */
export default function SelectionBar({ selecting, total, onDelete, onClear }: SelectionBarProps) {
  const files = [...selecting.selection.files.values()];
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const tooMany = files.length > maxDownloads;
  const searching = typeof selecting.everything === "number";
  return (
    <div
      className="selection-bar"
      role="toolbar"
      aria-label="Selected files"
      onKeyDown={(event) => event.key === "Escape" && onClear()}
    >
      {searching ? (
        <span className="nums flex items-center gap-1" role="status">
          Selecting {count(Number(selecting.everything))}
          {total !== undefined && ` of ${count(total)}`}…
          <button type="button" className="btn btn-quiet btn-small" onClick={selecting.stopSelecting}>
            Cancel
          </button>
        </span>
      ) : (
        <>
          <span className="nums whitespace-nowrap" aria-live="polite">
            <b className="font-semibold">{plural(files.length, "file")}</b>
            <span className="@max-3xl:hidden"> · {bytes(size)}</span>
          </span>
          <Reach selecting={selecting} total={total} />
          <span className="ml-auto flex items-center gap-1">
            <button
              type="button"
              className="btn btn-quiet btn-small"
              disabled={tooMany}
              title={tooMany ? `Up to ${maxDownloads} files can be downloaded at once` : undefined}
              onClick={() => void downloadFiles(files)}
            >
              <Download size={16} aria-hidden="true" />
              <span className="@max-2xl:sr-only">Download</span>
            </button>
            <button type="button" className="btn btn-quiet btn-small" onClick={() => void copyLinks(files)}>
              <LinkIcon size={16} aria-hidden="true" />
              <span className="@max-2xl:sr-only">Copy {files.length === 1 ? "link" : "links"}</span>
            </button>
            <button type="button" className="btn btn-quiet btn-small text-danger" onClick={onDelete}>
              <Trash2 size={16} aria-hidden="true" />
              <span className="@max-2xl:sr-only">Delete</span>
            </button>
          </span>
        </>
      )}
      <button
        type="button"
        className={`icon-btn ${searching ? "ml-auto" : ""}`}
        aria-label="Clear selection"
        title="Clear selection"
        onClick={onClear}
      >
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}

/** Says whether all files that match are selected or only the loaded ones, and offers to select the rest. */
function Reach({ selecting, total }: Pick<SelectionBarProps, "selecting" | "total">) {
  const { everything, selection } = selecting;
  if (everything === "done") {
    return (
      <span role="status" className="@max-xl:sr-only">
        All that match are selected.
      </span>
    );
  }
  if (!selecting.more) return null;
  return (
    <span className="flex flex-wrap items-center gap-x-1">
      <span className="@max-5xl:sr-only">All {count(selection.files.size)} loaded are selected.</span>
      <button
        type="button"
        className="btn btn-quiet btn-small underline"
        onClick={() => void selecting.selectEverything()}
      >
        {total === undefined ? "Select all that match" : `Select all ${count(total)}`}
      </button>
    </span>
  );
}
