import { type PointerEvent, type ReactNode, useState } from "react";
import { dayLabel } from "@/shared/format/time";
import { spread } from "./scale";
import { useChartWidth } from "./useChartWidth";

const height = 220;
const pad = { top: 12, right: 8, bottom: 24, left: 64 };

/** The coordinates of a chart: `x` of the middle of a day, `y` of a value, `slot` the width of a day. */
export interface Plane {
  x: (index: number) => number;
  y: (value: number) => number;
  slot: number;
  floor: number;
}

interface FrameProps {
  label: string;
  days: string[];
  lines: number[];
  format: (value: number) => string;
  /** The description of the day under the pointer. */
  readout: (index: number) => ReactNode;
  children: (plane: Plane, hovered: number | null) => ReactNode;
}

/** The frame of a chart: axes, grid lines and the values of the day under the pointer. `children` draws the data. */
export function Frame({ label, days, lines, format, readout, children }: FrameProps) {
  const [box, width] = useChartWidth();
  const [hovered, setHovered] = useState<number | null>(null);
  const top = lines.at(-1) ?? 1;
  const inner = Math.max(0, width - pad.left - pad.right);
  const slot = inner / Math.max(1, days.length);
  const floor = height - pad.bottom;
  const plane: Plane = {
    slot,
    floor,
    x: (index) => pad.left + slot * (index + 0.5),
    y: (value) => floor - (value / top) * (floor - pad.top),
  };
  const follow = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left - pad.left;
    const index = Math.floor(at / slot);
    setHovered(index >= 0 && index < days.length ? index : null);
  };
  const named = spread(days.length, width < 480 ? 3 : 6);
  const last = days.length - 1;
  return (
    <div ref={box} className="relative">
      <p className="nums h-5 text-right text-[0.86rem] text-muted" aria-hidden="true">
        {hovered !== null && readout(hovered)}
      </p>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={label}
        className="block overflow-visible"
        onPointerMove={follow}
        onPointerLeave={() => setHovered(null)}
      >
        {lines.map((value) => (
          <g key={value}>
            <line
              className="chart-line"
              x1={pad.left}
              x2={width - pad.right}
              y1={plane.y(value)}
              y2={plane.y(value)}
            />
            <text className="chart-text" x={pad.left - 10} y={plane.y(value) + 4} textAnchor="end">
              {format(value)}
            </text>
          </g>
        ))}
        {hovered !== null && (
          <rect
            className="chart-hover"
            x={pad.left + slot * hovered}
            width={slot}
            y={pad.top}
            height={floor - pad.top}
          />
        )}
        {width > 0 && children(plane, hovered)}
        {named.map((index) => (
          <text
            key={index}
            className="chart-text"
            x={plane.x(index)}
            y={height - 6}
            textAnchor={
              index === last && days.length > 3 ? "end" : index === 0 && days.length > 3 ? "start" : "middle"
            }
          >
            {dayLabel(days[index] ?? "")}
          </text>
        ))}
      </svg>
    </div>
  );
}
