import { useQuery } from "@tanstack/react-query";
import { previewUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { bytes } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { decode } from "./text";

/** The bytes of a text that are loaded, whatever the size of the file. */
const maxLoaded = 256 * 1024;

async function readText(file: StoredFile, signal: AbortSignal): Promise<string> {
  const headers = { Range: `bytes=0-${maxLoaded - 1}` };
  const response = await fetch(previewUrl(file.id), { headers, signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return decode(new Uint8Array(await response.arrayBuffer()), file.size > maxLoaded, file.declared_type);
}

/** The beginning of a text file. */
export function TextPreview({ file }: { file: StoredFile }) {
  const text = useQuery({
    queryKey: ["text", file.id],
    queryFn: ({ signal }) => readText(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  if (text.isPending) return <div className="skeleton m-4 h-40 w-full self-start" aria-hidden="true" />;
  if (text.isError) return <p className="p-6 text-muted">The text could not be loaded.</p>;
  return (
    <section
      className="size-full self-start overflow-auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`Text of ${visibleName(file.name)}`}
      data-own-keys
    >
      <pre className="w-max min-w-full p-4 font-mono text-[0.86rem] leading-relaxed">{text.data}</pre>
      {file.size > maxLoaded && (
        <p className="px-4 pb-4 text-muted">Only the first {bytes(maxLoaded)} are shown.</p>
      )}
    </section>
  );
}
