import { Pencil } from "lucide-react";
import { useState } from "react";
import type { StoredFile } from "@/shared/api/types";
import { folderOf, visibleName } from "@/shared/format/name";
import { NameText } from "@/shared/ui/NameText";
import { useRename } from "../actions";
import { NameField } from "../NameField";

/** The file's name as the heading of the preview, with a button to rename it. */
export function PanelName({ file }: { file: StoredFile }) {
  const [editing, setEditing] = useState(false);
  const rename = useRename();
  const name = visibleName(file.name);
  const folder = folderOf(file.metadata.relativePath);
  if (editing) {
    return (
      <NameField
        name={name}
        onDone={(next) => {
          setEditing(false);
          if (next) rename.mutate({ file, name: next });
        }}
      />
    );
  }
  return (
    <div className="flex min-w-0 items-center gap-1">
      <div className="min-w-0">
        <h2 className="font-semibold" title={name} aria-label={name}>
          <NameText name={name} />
        </h2>
        {folder !== "" && (
          <p className="truncate text-[0.86rem] leading-tight text-muted" title={folder}>
            <bdi>{folder}</bdi>
          </p>
        )}
      </div>
      <button
        type="button"
        className="icon-btn size-7"
        aria-label="Rename file"
        title="Rename"
        onClick={() => setEditing(true)}
      >
        <Pencil size={14} aria-hidden="true" />
      </button>
    </div>
  );
}
