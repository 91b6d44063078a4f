import { Download, Link as LinkIcon, Trash2, X } from "lucide-react";
import type { StoredFile } from "@/shared/api/types";
import { bytes, plural } from "@/shared/format/bytes";
import { copyLinks, downloadFiles } from "./actions";

/** What can be done with the selected files. */
export function SelectionBar({
  files,
  onDelete,
  onClear,
}: {
  files: StoredFile[];
  onDelete: () => void;
  onClear: () => void;
}) {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return (
    <div
      className="absolute inset-x-3 bottom-3 z-10 mx-auto flex w-fit max-w-[calc(100%-1.5rem)] animate-[rise_160ms_ease-out] items-center gap-1 rounded-2xl border border-line bg-raised p-1.5 shadow-float"
      role="toolbar"
      aria-label="Selected files"
    >
      <span className="nums px-2 whitespace-nowrap" aria-live="polite">
        <b className="font-semibold">{plural(files.length, "file")}</b>
        <span className="text-muted max-sm:hidden"> · {bytes(size)}</span>
      </span>
      <button type="button" className="btn btn-quiet btn-small" onClick={() => void downloadFiles(files)}>
        <Download size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">Download</span>
      </button>
      <button type="button" className="btn btn-quiet btn-small" onClick={() => void copyLinks(files)}>
        <LinkIcon size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">Copy {files.length === 1 ? "link" : "links"}</span>
      </button>
      <button type="button" className="btn btn-quiet btn-small text-danger" onClick={onDelete}>
        <Trash2 size={16} aria-hidden="true" />
        <span className="max-sm:sr-only">Delete</span>
      </button>
      <button
        type="button"
        className="icon-btn"
        aria-label="Clear selection"
        title="Clear selection"
        onClick={onClear}
      >
        <X size={16} aria-hidden="true" />
      </button>
    </div>
  );
}
