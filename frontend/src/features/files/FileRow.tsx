import { Download, Link as LinkIcon, Pencil, Trash2 } from "lucide-react";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Ago, Size } from "@/shared/ui/Measures";
import { copyLinks, downloadFiles } from "./actions";
import { FileName, type ItemProps, StateBadge } from "./FileName";

export const rowHeight = 49;

/** One line of the table; on a narrow list size and time move under the name. */
export function FileRow({ file, index, selected, active, open, editing, on }: ItemProps) {
  const tab = active ? 0 : -1;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keyboard for all of its rows
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      tabIndex={tab}
      data-id={file.id}
      data-open={open || undefined}
      className="file-row file-columns group"
      onClick={(event) => on.click(index, event)}
      onFocus={() => on.focus(index)}
    >
      <div role="gridcell" className="grid place-items-center">
        <input
          type="checkbox"
          className="check"
          aria-label={`Select ${file.name}`}
          tabIndex={tab}
          checked={selected}
          onChange={() => on.toggle(index)}
          onClick={(event) => event.stopPropagation()}
        />
      </div>
      <div role="gridcell" className="flex min-w-0 items-center gap-3">
        <FileIcon type={file.media_type} size={20} />
        <div className="min-w-0 flex-1">
          <div className="flex min-w-0 items-center gap-2">
            <FileName file={file} tab={tab} editing={editing} on={on} index={index} />
            <StateBadge file={file} />
          </div>
          <div className="text-[0.86rem] text-muted @2xl:hidden" aria-hidden="true">
            <Size value={file.size} /> · <Ago value={file.created_at} />
          </div>
        </div>
      </div>
      <div role="gridcell" className="hidden truncate text-muted @4xl:block" title={file.media_type}>
        {file.media_type}
      </div>
      <div role="gridcell" className="hidden text-right text-muted @2xl:block">
        <Size value={file.size} />
      </div>
      <div role="gridcell" className="hidden pl-2 text-muted @2xl:block">
        <Ago value={file.created_at} />
      </div>
      <div role="gridcell" className="row-actions hidden justify-end @2xl:flex">
        <RowAction label={`Download ${file.name}`} tab={tab} run={() => void downloadFiles([file])}>
          <Download size={16} aria-hidden="true" />
        </RowAction>
        <RowAction label={`Copy link to ${file.name}`} tab={tab} run={() => void copyLinks([file])}>
          <LinkIcon size={16} aria-hidden="true" />
        </RowAction>
        <RowAction label={`Rename ${file.name}`} tab={tab} run={() => on.rename(index)}>
          <Pencil size={16} aria-hidden="true" />
        </RowAction>
        <RowAction label={`Delete ${file.name}`} tab={tab} danger run={() => on.remove(index)}>
          <Trash2 size={16} aria-hidden="true" />
        </RowAction>
      </div>
    </div>
  );
}

interface RowActionProps {
  label: string;
  tab: number;
  danger?: boolean;
  run: () => void;
  children: React.ReactNode;
}

function RowAction({ label, tab, danger, run, children }: RowActionProps) {
  return (
    <button
      type="button"
      className="icon-btn size-8"
      aria-label={label}
      title={label
        .split(" ")
        .slice(0, label.startsWith("Copy") ? 2 : 1)
        .join(" ")}
      tabIndex={tab}
      data-danger={danger || undefined}
      onClick={(event) => {
        event.stopPropagation();
        run();
      }}
    >
      {children}
    </button>
  );
}
