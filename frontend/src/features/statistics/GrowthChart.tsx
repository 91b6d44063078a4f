import type { StatsDay } from "@/shared/api/types";
import { bytes, plural, roundBytes } from "@/shared/format/bytes";
import { dayLabel } from "@/shared/format/time";
import { Size } from "@/shared/ui/Measures";
import { ChartCard } from "./ChartCard";
import { Frame } from "./Frame";
import { NumbersTable } from "./NumbersTable";
import { ticks } from "./scale";

/** The bytes stored at the end of each day. */
export function GrowthChart({ days }: { days: StatsDay[] }) {
  const values = days.map((d) => d.bytes_total);
  const first = values[0] ?? 0;
  const last = values.at(-1) ?? 0;
  return (
    <ChartCard
      title="Stored"
      table={
        <NumbersTable
          caption="Stored at the end of each day"
          head={["Day", "Stored", "Files", "Added", "Removed"]}
          rows={days
            .toReversed()
            .map((d) => [
              d.day,
              <Size key="t" value={d.bytes_total} />,
              d.files_total,
              <Size key="a" value={d.bytes_added} />,
              <Size key="r" value={d.bytes_removed} />,
            ])}
        />
      }
    >
      <Frame
        label={`Stored bytes by day: ${bytes(first)} at first, ${bytes(last)} at last`}
        days={days.map((d) => d.day)}
        lines={ticks(Math.max(...values, 1), 4, 1024)}
        format={roundBytes}
        readout={(i) => {
          const d = days[i];
          return d && `${dayLabel(d.day)}: ${bytes(d.bytes_total)} in ${plural(d.files_total, "file")}`;
        }}
      >
        {({ x, y, floor }, hovered) => {
          const points = values.map((value, i) => `${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
          return (
            <>
              <path
                className="chart-area"
                d={`M${x(0)} ${floor}L${points}L${x(values.length - 1)} ${floor}Z`}
              />
              <path className="chart-curve" d={`M${points}`} />
              {hovered !== null && (
                <circle className="chart-dot" cx={x(hovered)} cy={y(values[hovered] ?? 0)} r={4} />
              )}
            </>
          );
        }}
      </Frame>
    </ChartCard>
  );
}
