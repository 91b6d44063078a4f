import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Download, Link as LinkIcon, Trash2, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { api } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { ErrorPanel } from "@/shared/ui/states";
import { useNarrow } from "@/shared/ui/useNarrow";
import { copyLinks, downloadFiles } from "../actions";
import { FileFacts } from "./FileFacts";
import { PanelName } from "./PanelName";
import { Preview } from "./Preview";

interface PreviewPanelProps {
  id: string;
  files: StoredFile[];
  onMove: (step: number) => void;
  onClose: () => void;
  onDelete: (id: string) => void;
}

/** One file: a look at it, what is known of it, what can be done. The arrow keys walk through the list. */
export default function PreviewPanel({ id, files, onMove, onClose, onDelete }: PreviewPanelProps) {
  const listed = files.find((file) => file.id === id);
  const query = useQuery({
    queryKey: ["file", id],
    queryFn: ({ signal }) => api.file(id, signal),
    enabled: !listed,
  });
  const file = listed ?? query.data;
  const index = files.findIndex((other) => other.id === id);
  const panel = useRef<HTMLElement>(null);
  const narrow = useNarrow();

  // On a phone the panel covers the list, so the keyboard belongs into it.
  useEffect(() => {
    if (narrow) panel.current?.focus();
  }, [narrow]);

  const onKeyDown = (event: KeyboardEvent) => {
    const inside = event.target as HTMLElement;
    if (inside.closest("input, textarea, video, audio, [data-own-keys]")) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") onClose();
    else if (step) onMove(step);
    else return;
    event.preventDefault();
  };
  return (
    <aside ref={panel} tabIndex={-1} className="preview-panel" aria-label="Preview" onKeyDown={onKeyDown}>
      <header className="flex items-center gap-1 border-b border-line py-2 pr-2 pl-4">
        <div className="min-w-0 flex-1">{file && <PanelName key={file.id} file={file} />}</div>
        <IconButton label="Previous file" disabled={index <= 0} run={() => onMove(-1)}>
          <ChevronLeft size={18} aria-hidden="true" />
        </IconButton>
        <IconButton label="Next file" disabled={index < 0 || index >= files.length - 1} run={() => onMove(1)}>
          <ChevronRight size={18} aria-hidden="true" />
        </IconButton>
        <IconButton label="Close preview" run={onClose}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </header>
      {file ? (
        <>
          <div className="preview-stage">
            <Preview key={file.id} file={file} />
          </div>
          <div className="flex items-center gap-2 border-t border-line px-4 py-3">
            <button
              type="button"
              className="btn btn-primary flex-1"
              onClick={() => void downloadFiles([file])}
            >
              <Download size={16} aria-hidden="true" />
              Download
            </button>
            <button type="button" className="btn" onClick={() => void copyLinks([file])}>
              <LinkIcon size={16} aria-hidden="true" />
              Copy link
            </button>
            <IconButton label="Delete file" danger run={() => onDelete(file.id)}>
              <Trash2 size={17} aria-hidden="true" />
            </IconButton>
          </div>
          <FileFacts file={file} />
        </>
      ) : query.isError ? (
        <ErrorPanel
          title="This file can't be shown"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <div className="skeleton m-4 h-64" aria-hidden="true" />
      )}
    </aside>
  );
}

interface IconButtonProps {
  label: string;
  disabled?: boolean;
  danger?: boolean;
  run: () => void;
  children: React.ReactNode;
}

function IconButton({ label, disabled, danger, run, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-btn"
      aria-label={label}
      title={label}
      disabled={disabled}
      data-danger={danger || undefined}
      onClick={run}
    >
      {children}
    </button>
  );
}
