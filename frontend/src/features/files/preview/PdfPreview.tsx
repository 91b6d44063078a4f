import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { previewUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";

/** Larger documents are not loaded for a look. */
const largest = 64 * 1024 * 1024;

/**
 * A PDF in the browser's own viewer. The server sends content sandboxed, which viewers refuse; so the bytes
 * are fetched and shown from a blob whose type is fixed to PDF: whatever they are, they can't become a page.
 */
export function PdfPreview({ file }: { file: StoredFile }) {
  const possible = file.size <= largest && navigator.pdfViewerEnabled !== false;
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
