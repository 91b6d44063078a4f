import { useEffect, useState } from "react";
import { previewUrl } from "@/shared/api/client";
import { onReconnect } from "@/shared/api/events";
import type { StoredFile } from "@/shared/api/types";
import { factsOf } from "@/shared/format/kind";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Ago, Size } from "@/shared/ui/Measures";
import { FileName, FolderName, type ItemProps, nameId, StateBadge } from "./FileName";

export const tileHeight = 208;
export const tileWidth = 176;

/** The largest image, in bytes, that a tile loads; there are no smaller thumbnails. */
const maxThumbnail = 2 * 1024 * 1024;

/** A tile of the grid: thumbnail, name, size and age of a file. */
export function FileTile({ file, index, selected, active, open, editing, on }: ItemProps) {
  const tab = active ? 0 : -1;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list handles the keyboard for all of its tiles
    <div
      role="gridcell"
      aria-selected={selected}
      aria-labelledby={editing ? undefined : nameId(file)}
      tabIndex={tab}
      data-id={file.id}
      data-open={open || undefined}
      className="file-tile group"
      onClick={(event) => on.click(index, event)}
      onFocus={() => on.focus(index)}
    >
      <input
        type="checkbox"
        className="check tile-check"
        aria-label={`Select ${visibleName(file.name)}`}
        tabIndex={tab}
        checked={selected}
        onChange={() => on.toggle(index)}
        onClick={(event) => event.stopPropagation()}
      />
      <Thumbnail file={file} />
      <div className="min-w-0 px-2.5 pt-2 pb-2.5">
        <div className="flex min-w-0 items-center gap-1.5">
          <FileName file={file} tab={tab} editing={editing} on={on} index={index} />
          <StateBadge file={file} />
        </div>
        <div className="truncate text-[0.86rem] text-muted">
          <Size value={file.size} /> · <Ago value={file.created_at} />
        </div>
        <div className="flex text-[0.86rem] text-muted">
          <FolderName file={file} />
        </div>
      </div>
    </div>
  );
}

function Thumbnail({ file }: { file: StoredFile }) {
  const [failed, setFailed] = useState(false);
  useEffect(() => onReconnect(() => setFailed(false)), []);
  const shown = factsOf(file.media_type).preview === "image" && file.size <= maxThumbnail && !failed;
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-hidden rounded-t-[0.7rem] bg-sunken">
      {shown ? (
        <img
          src={previewUrl(file.id)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          className="size-full object-cover"
          onError={() => setFailed(true)}
        />
      ) : (
        <FileIcon type={file.media_type} size={38} />
      )}
    </div>
  );
}
