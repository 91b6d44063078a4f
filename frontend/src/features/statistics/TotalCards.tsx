import type { ReactNode } from "react";
import type { Stats, StatsDay } from "@/shared/api/types";
import { bytes, count } from "@/shared/format/bytes";
import { Size } from "@/shared/ui/Measures";

/** The totals, each with its change in the range and a sparkline. */
export function TotalCards({ stats, span }: { stats: Stats; span: string }) {
  const { totals, days } = stats;
  const sum = (of: (d: StatsDay) => number) => days.reduce((total, d) => total + of(d), 0);
  const files = sum((d) => d.files_added - d.files_removed);
  const stored = sum((d) => d.bytes_added - d.bytes_removed);
  const finished = sum((d) => d.uploads_finished);
  const failed = sum((d) => d.uploads_failed);
  return (
    <dl className="grid grid-cols-2 gap-3 lg:gap-4 xl:grid-cols-4">
      <Total name="Files" values={days.map((d) => d.files_total)} note={`${signed(files, count)} ${span}`}>
        {count(totals.files)}
      </Total>
      <Total name="Stored" values={days.map((d) => d.bytes_total)} note={`${signed(stored, bytes)} ${span}`}>
        <Size value={totals.bytes} />
      </Total>
      <Total
        name="Uploads finished"
        values={days.map((d) => d.uploads_finished)}
        note={`${count(finished)} ${span}${failed > 0 ? `, ${count(failed)} failed` : ""}`}
      >
        {count(totals.uploads_finished)}
      </Total>
      <Total
        name="Downloads"
        values={days.map((d) => d.downloads)}
        note={`${count(sum((d) => d.downloads))} ${span}`}
      >
        {count(totals.downloads)}
      </Total>
    </dl>
  );
}

function signed(value: number, format: (n: number) => string): string {
  return value < 0 ? `−${format(-value)}` : `+${format(value)}`;
}

interface TotalProps {
  name: string;
  note: string;
  values: number[];
  children: ReactNode;
}

function Total({ name, note, values, children }: TotalProps) {
  return (
    <div className="card relative overflow-hidden p-4">
      <dt className="text-muted">{name}</dt>
      <dd className="nums mt-0.5 text-2xl font-semibold tracking-tight">{children}</dd>
      <dd className="nums relative mt-1 text-[0.86rem] text-muted">{note}</dd>
      <Sparkline values={values} />
    </div>
  );
}

/** A total over time, without axes. */
function Sparkline({ values }: { values: number[] }) {
  const low = Math.min(...values);
  const reach = Math.max(...values) - low || 1;
  const points = values
    .map(
      (v, i) =>
        `${((i / Math.max(1, values.length - 1)) * 100).toFixed(1)} ${(22 - ((v - low) / reach) * 20).toFixed(1)}`,
    )
    .join("L");
  return (
    <svg viewBox="0 0 100 24" preserveAspectRatio="none" className="mt-3 block h-7 w-full" aria-hidden="true">
      <path className="chart-curve" d={`M${points}`} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
