import { LayoutGrid, Rows3, X } from "lucide-react";
import { patchSearch } from "@/shared/url/location";
import { type Filters, families, firstOrder, isFiltered, type Since, type Sort } from "./filters";

const none = { q: null, type: null, state: null, since: null, from: null, to: null };

/** Type, time and state of the files to show, and how. */
export function FilterBar({ filters }: { filters: Filters }) {
  const custom = filters.from !== "" || filters.to !== "";
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-2.5 px-4 pb-3 lg:px-6">
      <h1 className="mr-auto text-xl font-semibold tracking-tight">Files</h1>
      <div className="flex flex-wrap items-center gap-2 max-sm:order-last max-sm:w-full">
        {isFiltered(filters) && (
          <button
            type="button"
            className="btn btn-quiet btn-small text-muted"
            onClick={() => patchSearch(none)}
          >
            <X size={14} aria-hidden="true" />
            Clear filters
          </button>
        )}
        <TimeSelect filters={filters} custom={custom} />
        <select
          className="field"
          aria-label="State"
          value={filters.state}
          onChange={(event) => patchSearch({ state: event.target.value })}
        >
          <option value="">Any state</option>
          <option value="ready">Ready</option>
          <option value="checking">Checking</option>
          <option value="quarantined">Quarantined</option>
        </select>
      </div>
      <SortSelect filters={filters} />
      <ViewSwitch view={filters.view} />
      <fieldset className="-mx-4 flex min-w-0 w-[calc(100%+2rem)] gap-1.5 overflow-x-auto px-4 py-0.5 lg:-mx-6 lg:w-[calc(100%+3rem)] lg:px-6">
        <legend className="sr-only">Type</legend>
        {families.map((family) => (
          <button
            key={family.type}
            type="button"
            className="chip"
            aria-pressed={filters.type === family.type}
            onClick={() => patchSearch({ type: family.type })}
          >
            {family.label}
          </button>
        ))}
        {!families.some((family) => family.type === filters.type) && (
          <button
            type="button"
            className="chip"
            aria-pressed="true"
            onClick={() => patchSearch({ type: null })}
          >
            {filters.type}
          </button>
        )}
      </fieldset>
    </div>
  );
}

export function clearFilters() {
  patchSearch(none);
}

function TimeSelect({ filters, custom }: { filters: Filters; custom: boolean }) {
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

const orders: [Sort, "asc" | "desc", string][] = [
  ["created_at", "desc", "Newest first"],
  ["created_at", "asc", "Oldest first"],
  ["name", "asc", "Name A to Z"],
  ["name", "desc", "Name Z to A"],
  ["size", "desc", "Largest first"],
  ["size", "asc", "Smallest first"],
];

function SortSelect({ filters }: { filters: Filters }) {
  const hidden = filters.view === "table" ? "sm:hidden" : "";
  return (
    <select
      className={`field ${hidden}`}
      aria-label="Sort"
      value={`${filters.sort} ${filters.order}`}
      onChange={(event) => {
        const [sort, order] = event.target.value.split(" ") as [Sort, "asc" | "desc"];
        sortBy(sort, order);
      }}
    >
      {orders.map(([sort, order, label]) => (
        <option key={label} value={`${sort} ${order}`}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Puts an order into the URL, leaving out what is the default anyway. */
export function sortBy(sort: Sort, order: "asc" | "desc") {
  patchSearch({
    sort: sort === "created_at" ? null : sort,
    order: order === firstOrder[sort] ? null : order,
  });
}

function ViewSwitch({ view }: { view: Filters["view"] }) {
  return (
    <fieldset className="flex rounded-lg border border-line bg-surface p-0.5">
      <legend className="sr-only">Layout</legend>
      <button
        type="button"
        className="icon-btn size-7"
        aria-pressed={view === "table"}
        aria-label="Table"
        title="Table"
        onClick={() => patchSearch({ view: null })}
      >
        <Rows3 size={16} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-btn size-7"
        aria-pressed={view === "grid"}
        aria-label="Grid"
        title="Grid"
        onClick={() => patchSearch({ view: "grid" })}
      >
        <LayoutGrid size={16} aria-hidden="true" />
      </button>
    </fieldset>
  );
}
