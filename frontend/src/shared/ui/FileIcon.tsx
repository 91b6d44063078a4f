import {
  AppWindow,
  BookText,
  Braces,
  Disc3,
  File,
  FileArchive,
  FileText,
  Film,
  Image,
  Music,
  Presentation,
  Table2,
  TextAlignStart,
  Type,
} from "lucide-react";
import { type Kind, kindOf } from "@/shared/format/kind";

const icons = {
  image: Image,
  video: Film,
  audio: Music,
  pdf: FileText,
  document: BookText,
  table: Table2,
  slides: Presentation,
  text: TextAlignStart,
  code: Braces,
  archive: FileArchive,
  disk: Disc3,
  font: Type,
  program: AppWindow,
  other: File,
} satisfies Record<Kind, unknown>;

/** The icon of a media type. It is decoration: the type is named elsewhere. */
export function FileIcon({ type, size = 18 }: { type: string; size?: number }) {
  const kind = kindOf(type);
  const Icon = icons[kind];
  return (
    <span className="file-icon" data-kind={kind}>
      <Icon size={size} strokeWidth={1.75} aria-hidden="true" />
    </span>
  );
}
