import type { StatsDay } from "@/shared/api/types";
import { count } from "@/shared/format/bytes";
import { dayLabel } from "@/shared/format/time";
import { ChartCard } from "./ChartCard";
import { Frame } from "./Frame";
import { NumbersTable } from "./NumbersTable";
import { ticks } from "./scale";

/** The uploads of each day: finished ones, with failed ones stacked on top. */
export function UploadsChart({ days }: { days: StatsDay[] }) {
  const finished = days.reduce((sum, d) => sum + d.uploads_finished, 0);
  const failed = days.reduce((sum, d) => sum + d.uploads_failed, 0);
  const most = Math.max(...days.map((d) => d.uploads_finished + d.uploads_failed), 1);
  return (
    <ChartCard
      title="Uploads per day"
      legend={
        <>
          <Key of="finished" label="Finished" />
          <Key of="failed" label="Failed" />
        </>
      }
      table={
        <NumbersTable
          caption="Uploads of each day"
          head={["Day", "Finished", "Failed", "Downloads"]}
          rows={days.toReversed().map((d) => [d.day, d.uploads_finished, d.uploads_failed, d.downloads])}
        />
      }
    >
      <Frame
        label={`Uploads by day: ${count(finished)} finished and ${count(failed)} failed in all`}
        days={days.map((d) => d.day)}
        lines={ticks(most)}
        format={count}
        readout={(i) => {
          const d = days[i];
          return (
            d &&
            `${dayLabel(d.day)}: ${count(d.uploads_finished)} finished, ${count(d.uploads_failed)} failed`
          );
        }}
      >
        {({ x, y, slot, floor }) => {
          const width = Math.max(1, Math.min(22, slot * 0.68));
          return days.map((d, i) => {
            const edge = y(d.uploads_finished);
            const top = y(d.uploads_finished + d.uploads_failed);
            const left = x(i) - width / 2;
            return (
              <g key={d.day}>
                <rect
                  className="chart-bar"
                  x={left}
                  y={edge}
                  width={width}
                  height={floor - edge}
                  rx={Math.min(2, width / 3)}
                />
                {d.uploads_failed > 0 && (
                  <rect
                    className="chart-bar-failed"
                    x={left}
                    y={top}
                    width={width}
                    height={Math.max(1, edge - top - 1)}
                    rx={Math.min(2, width / 3)}
                  />
                )}
              </g>
            );
          });
        }}
      </Frame>
    </ChartCard>
  );
}

function Key({ of, label }: { of: "finished" | "failed"; label: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <span className="key" data-of={of} aria-hidden="true" />
      {label}
    </span>
  );
}
