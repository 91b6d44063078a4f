import { patchSearch } from "@/shared/url/location";
import type { Filters, Since } from "./filters";

/** Filters by the time of upload: a span until now, or a range of days. */
export function TimeSelect({ filters }: { filters: Filters }) {
  const custom = filters.from !== "" || filters.to !== "";
  const today = new Date().toLocaleDateString("sv");
  const choose = (value: string) => {
    if (value === "custom")
      patchSearch({ since: null, from: filters.from || today, to: filters.to || today });
    else patchSearch({ since: value as Since, from: null, to: null });
  };
  return (
    <>
      <select
        className="field"
        aria-label="Added"
        value={custom ? "custom" : filters.since}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">Any time</option>
        <option value="today">Today</option>
        <option value="7d">Last 7 days</option>
        <option value="30d">Last 30 days</option>
        <option value="custom">From … to …</option>
      </select>
      {custom && (
        <span className="flex items-center gap-1.5">
          <DayField label="From" value={filters.from} onChange={(from) => patchSearch({ from })} />
          <span aria-hidden="true">–</span>
          <DayField label="To" value={filters.to} onChange={(to) => patchSearch({ to })} />
        </span>
      )}
    </>
  );
}

function DayField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (v: string) => void;
}) {
  return (
    <input
      type="date"
      className="field min-h-8 px-2"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
