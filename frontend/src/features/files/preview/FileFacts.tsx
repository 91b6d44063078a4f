import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { StoredFile } from "@/shared/api/types";
import { count, exactBytes } from "@/shared/format/bytes";
import { factsOf } from "@/shared/format/kind";
import { folderOf, visibleText } from "@/shared/format/name";
import { exactTime } from "@/shared/format/time";
import { Size } from "@/shared/ui/Measures";

/** The properties of a file. */
export function FileFacts({ file }: { file: StoredFile }) {
  const { relativePath, ...metadata } = file.metadata;
  const folder = folderOf(relativePath);
  const { words } = factsOf(file.media_type);
  const own = Object.entries(metadata);
  return (
    <div className="border-t border-line px-4 pt-4 pb-6">
      {file.type_mismatch && (
        <p className="mb-3 flex gap-2 rounded-lg bg-brass-soft px-3 py-2 text-[0.93rem] text-brass">
          <TriangleAlert size={17} className="mt-0.5 shrink-0" aria-hidden="true" />
          It was uploaded as {file.declared_type || "a file without a type"}, but its content is{" "}
          {file.media_type}.
        </p>
      )}
      <dl className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 gap-y-2 text-[0.93rem]">
        <Fact name="Size">
          <Size value={file.size} />
          {file.size >= 1024 && <span className="text-muted"> ({exactBytes(file.size)})</span>}
        </Fact>
        <Fact name="Type">
          <span className="inline-block first-letter:uppercase">{words}</span>
          <span className="text-muted"> ({file.media_type})</span>
        </Fact>
        {file.state !== "ready" && <Fact name="State">{file.state}</Fact>}
        {folder !== "" && (
          <Fact name="Folder">
            <bdi>{folder}</bdi>
          </Fact>
        )}
        <Fact name="Added">
          <time dateTime={file.created_at}>{exactTime(file.created_at)}</time>
        </Fact>
        {file.updated_at !== file.created_at && (
          <Fact name="Changed">
            <time dateTime={file.updated_at}>{exactTime(file.updated_at)}</time>
          </Fact>
        )}
        <Fact name="Downloads">{count(file.downloads)}</Fact>
        <Fact name="SHA-256">
          {file.sha256 === null ? (
            "Not available yet"
          ) : (
            <code className="font-mono text-[0.85em] break-all select-all">{file.sha256}</code>
          )}
        </Fact>
        {own.map(([key, value]) => (
          <Fact key={key} name={key}>
            <bdi>{visibleText(value)}</bdi>
          </Fact>
        ))}
      </dl>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="[overflow-wrap:anywhere] text-muted">{name}</dt>
      <dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
    </>
  );
}
