import { X } from "lucide-react";
import { patchSearch } from "@/shared/url/location";
import { type Filters, families, isFiltered } from "./filters";
import { TimeSelect } from "./TimeSelect";
import { SortSelect, ViewSwitch } from "./ViewControls";

const none = { q: null, type: null, state: null, since: null, from: null, to: null };

/** Type, time and state of the files to show, and how. */
export function FilterBar({ filters }: { filters: Filters }) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-2.5 px-4 pb-3 lg:px-6">
      <h1 className="mr-auto text-xl font-semibold tracking-tight">Files</h1>
      <div className="flex flex-wrap items-center gap-2 max-sm:order-last max-sm:w-full">
        {isFiltered(filters) && (
          <button
            type="button"
            className="btn btn-quiet btn-small text-muted max-sm:order-last"
            onClick={() => patchSearch(none)}
          >
            <X size={14} aria-hidden="true" />
            Clear filters
          </button>
        )}
        <TimeSelect filters={filters} />
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
