import { Pencil } from "lucide-react";
import { useState } from "react";
import type { StoredFile } from "@/shared/api/types";
import { useRename } from "../actions";
import { NameField } from "../NameField";

/** The file's name as the panel's heading, with a pencil to change it. */
export function PanelName({ file }: { file: StoredFile }) {
  const [editing, setEditing] = useState(false);
  const rename = useRename();
  if (editing) {
    return (
      <NameField
        name={file.name}
        onDone={(name) => {
          setEditing(false);
          if (name) rename.mutate({ file, name });
        }}
      />
    );
  }
  return (
    <div className="flex min-w-0 items-center gap-1">
      <h2 className="truncate font-semibold" title={file.name}>
        {file.name}
      </h2>
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
