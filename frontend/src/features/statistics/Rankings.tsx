import type { StatsType, StoredFile } from "@/shared/api/types";
import { bytes, count, plural } from "@/shared/format/bytes";
import { factsOf } from "@/shared/format/kind";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Size } from "@/shared/ui/Measures";
import { NameText } from "@/shared/ui/NameText";
import { Link } from "@/shared/url/Link";
import { ChartCard } from "./ChartCard";
import { NumbersTable } from "./NumbersTable";

const shown = 8;

/** The stored bytes by type, with links to the files. */
export function TypesCard({ types }: { types: StatsType[] }) {
  const most = Math.max(...types.map((t) => t.bytes), 1);
  const rest = types.slice(shown);
  return (
    <ChartCard
      title="By type"
      table={
        <NumbersTable
          caption="Stored by type"
          head={["Type", "Files", "Stored"]}
          rows={types.map((t) => [t.media_type, t.files, <Size key="s" value={t.bytes} />])}
        />
      }
    >
      <ul className="mt-3 flex flex-col gap-2.5">
        {types.slice(0, shown).map((t) => (
          <li key={t.media_type}>
            <div className="flex items-baseline gap-2">
              <Link
                href={`/?type=${encodeURIComponent(t.media_type)}`}
                className="truncate rounded first-letter:uppercase hover:underline"
                title={t.media_type}
              >
                {factsOf(t.media_type).words}
              </Link>
              <span className="nums ml-auto shrink-0 text-[0.86rem] text-muted">
                {plural(t.files, "file")} · {bytes(t.bytes)}
              </span>
            </div>
            <div className="bar mt-1" aria-hidden="true">
              <div style={{ width: `${Math.max(0.5, (t.bytes / most) * 100)}%` }} />
            </div>
          </li>
        ))}
        {types.length === 0 && <li className="text-muted">No files yet.</li>}
        {rest.length > 0 && (
          <li className="text-[0.93rem] text-muted">
            and {plural(rest.length, "more type")} with {bytes(rest.reduce((sum, t) => sum + t.bytes, 0))}
          </li>
        )}
      </ul>
    </ChartCard>
  );
}

/** The files with the most downloads. */
export function DownloadsCard({ files }: { files: StoredFile[] }) {
  const ranked = files.filter((file) => file.downloads > 0);
  return (
    <section className="card min-w-0 p-4 sm:p-5" aria-labelledby="most-downloaded">
      <h2 id="most-downloaded" className="font-semibold">
        Most downloaded
      </h2>
      {ranked.length === 0 ? (
        <p className="mt-3 text-muted">Nothing has been downloaded yet.</p>
      ) : (
        <ol className="mt-2">
          {ranked.map((file) => (
            <li key={file.id} className="flex items-center gap-3 border-line py-2 not-first:border-t">
              <FileIcon type={file.media_type} />
              <Link
                href={`/?file=${file.id}`}
                className="min-w-0 rounded font-medium hover:underline"
                title={visibleName(file.name)}
                aria-label={visibleName(file.name)}
              >
                <NameText name={visibleName(file.name)} />
              </Link>
              <span className="nums ml-auto shrink-0 text-muted">
                {count(file.downloads)} <span className="sr-only">downloads</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
