import {
  Braces,
  File,
  FileArchive,
  FileText,
  Film,
  Image,
  Music,
  Table2,
  TextAlignStart,
} from "lucide-react";
import { type Kind, kindOf } from "@/shared/format/kind";

const icons = {
  image: Image,
  video: Film,
  audio: Music,
  pdf: FileText,
  text: TextAlignStart,
  archive: FileArchive,
  table: Table2,
  code: Braces,
  other: File,
} satisfies Record<Kind, unknown>;

/** The icon of a media type in its own tint; decoration, the type is named elsewhere. */
export function FileIcon({ type, size = 18 }: { type: string; size?: number }) {
  const kind = kindOf(type);
  const Icon = icons[kind];
  return (
    <span className="file-icon" data-kind={kind}>
      <Icon size={size} strokeWidth={1.75} aria-hidden="true" />
    </span>
  );
}
