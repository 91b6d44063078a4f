import type { FileTotals } from "@/shared/api/types";
import { bytes, exactBytes, plural } from "@/shared/format/bytes";
import { groupOf } from "./filters";

/** How many files the list has, loaded or not, and how much they hold: "5,556 images · 11.5 GiB". */
export function Totals({ totals, type }: { totals: FileTotals | undefined; type: string }) {
  // The line keeps its place until the figures are there.
  if (!totals) return <p className="h-[1.45em]" />;
  return (
    <p className="nums whitespace-nowrap text-muted" title={exactBytes(totals.bytes)} data-testid="totals">
      {plural(totals.files, groupOf(type)?.noun ?? "file")} · {bytes(totals.bytes)}
    </p>
  );
}
