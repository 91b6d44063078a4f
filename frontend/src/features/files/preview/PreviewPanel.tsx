import { ChevronLeft, ChevronRight, Download, FileX, Link as LinkIcon, Trash2, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { StoredFile } from "@/shared/api/types";
import { EmptyPanel, ErrorPanel } from "@/shared/ui/states";
import { useNarrow } from "@/shared/ui/useNarrow";
import { copyLinks, downloadFiles } from "../actions";
import type { OpenFile } from "../useOpenFile";
import { FileFacts } from "./FileFacts";
import { PanelEdge } from "./PanelEdge";
import { PanelName } from "./PanelName";
import { Preview } from "./Preview";
import { usePanelSpace } from "./panelSpace";

interface PreviewPanelProps {
  id: string;
  opened: OpenFile;
  files: StoredFile[];
  onMove: (step: number) => void;
  onClose: () => void;
  onDelete: (file: StoredFile) => void;
}

/** The preview of a file with its properties and actions. The arrow keys open the next or previous file. */
export default function PreviewPanel(props: PreviewPanelProps) {
  const { id, opened, files, onMove, onClose, onDelete } = props;
  const { file } = opened;
  const index = files.findIndex((other) => other.id === id);
  const panel = useRef<HTMLDivElement>(null);
  const narrow = useNarrow();
  usePanelSpace(!narrow);

  // On a phone the preview covers the list, so it takes the focus.
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
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the list
    <div ref={panel} tabIndex={-1} className="preview-keys" onKeyDown={onKeyDown}>
      {!narrow && <PanelEdge />}
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
          <div className="flex items-center gap-2 border-b border-line px-4 py-2.5">
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
            <IconButton label="Delete file" danger run={() => onDelete(file)}>
              <Trash2 size={17} aria-hidden="true" />
            </IconButton>
          </div>
          <div className="preview-stage">
            <Preview key={file.id} file={file} />
          </div>
          <FileFacts file={file} />
        </>
      ) : opened.gone ? (
        <EmptyPanel
          icon={<FileX size={28} aria-hidden="true" />}
          title="This file no longer exists"
          action={
            <button type="button" className="btn" onClick={onClose}>
              Close
            </button>
          }
        >
          It was deleted, or its address is mistyped.
        </EmptyPanel>
      ) : opened.error ? (
        <ErrorPanel title="This file can't be shown" error={opened.error} onRetry={opened.retry} />
      ) : (
        <div className="skeleton m-4 h-64" aria-hidden="true" />
      )}
    </div>
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
