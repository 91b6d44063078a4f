import { patchSearch } from "@/shared/url/location";
import { presets, type Range } from "./range";

/** Selects the days that the statistics cover. */
export function RangePicker({ range }: { range: Range }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Time range</legend>
        {presets.map((preset) => (
          <button
            key={preset.key}
            type="button"
            className="chip"
            aria-pressed={range.preset === preset.key}
            onClick={() =>
              patchSearch({ range: preset.key === "30d" ? null : preset.key, from: null, to: null })
            }
          >
            {preset.label}
          </button>
        ))}
      </fieldset>
      <span className="flex flex-wrap items-center gap-1.5">
        <DayField
          label="From"
          value={range.from}
          max={range.to}
          onChange={(from) => pick({ ...range, from })}
        />
        <span aria-hidden="true">–</span>
        <DayField label="To" value={range.to} min={range.from} onChange={(to) => pick({ ...range, to })} />
      </span>
    </div>
  );
}

function pick({ from, to }: Range) {
  if (from && to && from <= to) patchSearch({ range: null, from, to });
}

interface DayFieldProps {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange: (day: string) => void;
}

function DayField({ label, value, min, max, onChange }: DayFieldProps) {
  return (
    <input
      type="date"
      className="field min-h-8 border-line px-2 text-muted"
      aria-label={label}
      value={value}
      min={min}
      max={max}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
