import { useEffect, useState } from "react";
import { previewUrl } from "@/shared/api/client";
import { onReconnect, useConnection } from "@/shared/api/events";
import type { StoredFile } from "@/shared/api/types";
import { factsOf } from "@/shared/format/kind";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { PdfPreview } from "./PdfPreview";
import { TextPreview } from "./TextPreview";

/** The content of a file, as far as its type can be previewed. */
export function Preview({ file }: { file: StoredFile }) {
  const [failed, setFailed] = useState(false);
  const fail = () => setFailed(true);
  const lost = useConnection() === "lost";
  useEffect(() => onReconnect(() => setFailed(false)), []);
  const src = previewUrl(file.id);
  const name = visibleName(file.name);
  const { preview, words } = factsOf(file.media_type);
  if (file.state !== "ready") return <NoPreview file={file} why={`Not available while ${file.state}`} />;
  if (file.size === 0) return <NoPreview file={file} why="This file is empty" />;
  if (preview === null) return <NoPreview file={file} why={`No preview for ${words}s`} />;
  if (failed)
    return (
      <NoPreview
        file={file}
        why={lost ? "The server can't be reached" : "This browser can't show this file"}
      />
    );
  if (preview === "image") {
    return <img src={src} alt={name} className="max-h-full max-w-full object-contain" onError={fail} />;
  }
  if (preview === "video") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: uploaded videos come without captions
      <video
        src={src}
        controls
        preload="metadata"
        className="max-h-full max-w-full"
        onError={fail}
        aria-label={name}
      />
    );
  }
  if (preview === "audio") {
    return (
      <div className="flex w-full flex-col items-center gap-6 px-4">
        <FileIcon type={file.media_type} size={56} />
        {/* biome-ignore lint/a11y/useMediaCaption: uploaded recordings come without captions */}
        <audio src={src} controls preload="metadata" className="w-full" onError={fail} aria-label={name} />
      </div>
    );
  }
  if (preview === "pdf") return <PdfPreview file={file} />;
  return <TextPreview file={file} />;
}

function NoPreview({ file, why }: { file: StoredFile; why: string }) {
  return (
    <div className="flex flex-col items-center gap-3 p-6 text-center text-muted">
      <FileIcon type={file.media_type} size={52} />
      {why}
    </div>
  );
}
