import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { previewUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";

/** The largest document, in bytes, that is loaded for a preview. */
const maxSize = 64 * 1024 * 1024;

/**
 * A PDF in the browser's viewer. Viewers refuse the sandbox in which the server sends content, so the preview shows a
 * blob of the bytes. The blob has the type PDF, so that no other content can be rendered as a page.
 */
export function PdfPreview({ file }: { file: StoredFile }) {
  const possible = file.size <= maxSize && navigator.pdfViewerEnabled !== false;
  const document = useQuery({
    queryKey: ["pdf", file.id],
    queryFn: async ({ signal }) => {
      const response = await fetch(previewUrl(file.id), { signal });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return new Blob([await response.arrayBuffer()], { type: "application/pdf" });
    },
    enabled: possible,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const url = useBlobUrl(document.data);
  if (url && possible) {
    return (
      <iframe src={url} title={`PDF ${visibleName(file.name)}`} className="size-full border-0 bg-white" />
    );
  }
  if (possible && !document.isError) return <div className="skeleton m-4 size-full" aria-hidden="true" />;
  return (
    <div className="flex flex-col items-center gap-3 p-6 text-center text-muted">
      <FileIcon type={file.media_type} size={52} />
      {document.isError ? "The document could not be loaded." : "Download it to read it."}
    </div>
  );
}

function useBlobUrl(blob: Blob | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => {
      setUrl(null);
      URL.revokeObjectURL(made);
    };
  }, [blob]);
  return url;
}
