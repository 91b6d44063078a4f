import type { MouseEvent } from "react";
import type { StoredFile } from "@/shared/api/types";
import { urlWith } from "@/shared/url/location";
import { NameField } from "./NameField";

/** What an item of the list can ask for; items are named by their index. */
export interface ItemActions {
  click: (index: number, event: MouseEvent) => void;
  focus: (index: number) => void;
  toggle: (index: number) => void;
  rename: (index: number) => void;
  renamed: (index: number, name: string | null, by: "key" | "blur") => void;
  remove: (index: number) => void;
}

export interface ItemProps {
  file: StoredFile;
  index: number;
  selected: boolean;
  active: boolean;
  open: boolean;
  editing: boolean;
  on: ItemActions;
}

/** The name as a link to the file's preview, or as the field that renames it. */
export function FileName({
  file,
  index,
  tab,
  editing,
  on,
}: Pick<ItemProps, "file" | "index" | "editing" | "on"> & { tab: number }) {
  if (editing) return <NameField name={file.name} onDone={(name, by) => on.renamed(index, name, by)} />;
  return (
    <a
      href={urlWith({ file: file.id })}
      tabIndex={tab}
      title={file.name}
      className="truncate rounded leading-[24px] font-medium text-ink"
      onClick={(event) => event.preventDefault()}
      draggable={false}
    >
      {file.name}
    </a>
  );
}

/** Says when a file is not simply there to be used. */
export function StateBadge({ file }: { file: StoredFile }) {
  if (file.state === "ready") return null;
  return (
    <span className="shrink-0 rounded-full bg-brass-soft px-2 text-[0.8rem] font-medium text-brass">
      {file.state}
    </span>
  );
}
