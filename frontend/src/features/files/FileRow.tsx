import { Download, Link as LinkIcon, Pencil, Trash2 } from "lucide-react";
import { factsOf } from "@/shared/format/kind";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Ago, Size } from "@/shared/ui/Measures";
import { copyLinks, downloadFiles } from "./actions";
import { FileName, FolderName, type ItemProps, nameId, StateBadge } from "./FileName";

export const rowHeight = 49;

/** A row of the table. In a narrow list size and time are below the name. */
export function FileRow({ file, index, selected, active, open, editing, on }: ItemProps) {
  const tab = active ? 0 : -1;
  const name = visibleName(file.name);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keyboard for all of its rows
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      aria-labelledby={editing ? undefined : nameId(file)}
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
          aria-label={`Select ${name}`}
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
          <div className="flex min-w-0 gap-2 text-[0.86rem] leading-[1.25] text-muted">
            <span className="shrink-0 @2xl:hidden" aria-hidden="true">
              <Size value={file.size} /> · <Ago value={file.created_at} />
            </span>
            <FolderName file={file} />
          </div>
        </div>
      </div>
      <div role="gridcell" className="hidden truncate text-muted @4xl:block" title={file.media_type}>
        <span className="inline-block first-letter:uppercase">{factsOf(file.media_type).words}</span>
      </div>
      <div role="gridcell" className="hidden text-right text-muted @2xl:block">
        <Size value={file.size} />
      </div>
      <div role="gridcell" className="hidden pl-2 text-muted @2xl:block">
        <Ago value={file.created_at} />
      </div>
      <div role="gridcell" className="row-actions hidden justify-end @2xl:flex">
        <RowAction verb="Download" name={name} tab={tab} run={() => void downloadFiles([file])}>
          <Download size={16} aria-hidden="true" />
        </RowAction>
        <RowAction verb="Copy link" to name={name} tab={tab} run={() => void copyLinks([file])}>
          <LinkIcon size={16} aria-hidden="true" />
        </RowAction>
        <RowAction verb="Rename" name={name} tab={tab} run={() => on.rename(index)}>
          <Pencil size={16} aria-hidden="true" />
        </RowAction>
        <RowAction verb="Delete" name={name} tab={tab} danger run={() => on.remove(index)}>
          <Trash2 size={16} aria-hidden="true" />
        </RowAction>
      </div>
    </div>
  );
}

interface RowActionProps {
  verb: string;
  to?: boolean;
  name: string;
  tab: number;
  danger?: boolean;
  run: () => void;
  children: React.ReactNode;
}

function RowAction({ verb, to, name, tab, danger, run, children }: RowActionProps) {
  return (
    <button
      type="button"
      className="icon-btn size-8"
      aria-label={`${verb}${to ? " to" : ""} ${name}`}
      title={verb}
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
