import type { FileTotals } from "@/shared/api/types";
import { bytes, exactBytes, plural } from "@/shared/format/bytes";
import { groupOf } from "./filters";

/** The number and size of all files in the list, loaded or not: "5,556 images · 11.5 GiB". */
export function Totals({ totals, type }: { totals: FileTotals | undefined; type: string }) {
  // An empty line, so that nothing shifts when the totals arrive.
  if (!totals) return <p className="h-[1.45em]" />;
  return (
    <p className="nums whitespace-nowrap text-muted" title={exactBytes(totals.bytes)} data-testid="totals">
      {plural(totals.files, groupOf(type)?.noun ?? "file")} · {bytes(totals.bytes)}
    </p>
  );
}
