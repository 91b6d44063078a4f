import type { MouseEvent } from "react";
import type { StoredFile } from "@/shared/api/types";
import { folderOf, visibleName } from "@/shared/format/name";
import { NameText } from "@/shared/ui/NameText";
import { urlWith } from "@/shared/url/location";
import { NameField } from "./NameField";

/** The actions of an item, which is given by its index in the list. */
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

/** Returns the id of the element with the name of a file in the list. */
export function nameId(file: StoredFile): string {
  return `name-${file.id}`;
}

/** The name of a file as a link to its preview, or as a field while it is renamed. */
export function FileName({
  file,
  index,
  tab,
  editing,
  on,
}: Pick<ItemProps, "file" | "index" | "editing" | "on"> & { tab: number }) {
  const name = visibleName(file.name);
  if (editing) return <NameField name={name} onDone={(next, by) => on.renamed(index, next, by)} />;
  const folder = folderOf(file.metadata.relativePath);
  return (
    <a
      id={nameId(file)}
      href={urlWith({ file: file.id })}
      tabIndex={tab}
      aria-label={name}
      title={folder === "" ? name : `${name}\nin ${folder}`}
      className="min-w-0 rounded leading-[24px] font-medium text-ink"
      onClick={(event) => event.preventDefault()}
      draggable={false}
    >
      <NameText name={name} />
    </a>
  );
}

/** The folder that a file was uploaded in, which distinguishes files of the same name. */
export function FolderName({ file }: { file: StoredFile }) {
  const folder = folderOf(file.metadata.relativePath);
  if (folder === "") return null;
  return (
    <span className="min-w-0 truncate" title={folder} data-testid="folder">
      <bdi>{folder}</bdi>
    </span>
  );
}

/** The state of a file that is not ready. */
export function StateBadge({ file }: { file: StoredFile }) {
  if (file.state === "ready") return null;
  return (
    <span className="shrink-0 rounded-full bg-brass-soft px-2 text-[0.8rem] font-medium text-brass">
      {file.state}
    </span>
  );
}
