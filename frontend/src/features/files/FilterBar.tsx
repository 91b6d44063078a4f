import { X } from "lucide-react";
import type { ReactNode } from "react";
import type { FileTotals } from "@/shared/api/types";
import { patchSearch } from "@/shared/url/location";
import { type Filters, groupOf, groups, isFiltered } from "./filters";
import { TimeSelect } from "./TimeSelect";
import { Totals } from "./Totals";
import { SortSelect, ViewSwitch } from "./ViewControls";

const none = { q: null, type: null, state: null, since: null, from: null, to: null };

interface FilterBarProps {
  filters: Filters;
  totals: FileTotals | undefined;
  /** What stands in place of the types while files are selected. */
  instead: ReactNode;
}

/** What the list shows: how much it is, which files, in which order. */
export function FilterBar({ filters, totals, instead }: FilterBarProps) {
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-2.5 px-4 pb-3 lg:px-6">
      <div className="mr-auto flex flex-wrap items-baseline gap-x-3">
        <h1 className="view-title">Files</h1>
        <Totals totals={totals} type={filters.type} />
      </div>
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
        <SortSelect filters={filters} />
      </div>
      <ViewSwitch view={filters.view} />
      <div className="@container grid w-full min-w-0 grid-cols-[minmax(0,1fr)]">
        <TypeChips type={filters.type} covered={Boolean(instead)} />
        {instead}
      </div>
    </div>
  );
}

function TypeChips({ type, covered }: { type: string; covered: boolean }) {
  return (
    <fieldset
      className="col-start-1 row-start-1 -mx-4 flex min-w-0 gap-1.5 overflow-x-auto px-4 py-0.5 lg:-mx-6 lg:px-6"
      // It keeps its height, so that the list stays where it is.
      style={covered ? { visibility: "hidden" } : undefined}
    >
      <legend className="sr-only">Type</legend>
      {groups.map((group) => (
        <button
          key={group.key}
          type="button"
          className="chip"
          aria-pressed={type === group.key}
          onClick={() => patchSearch({ type: group.key })}
        >
          {group.label}
        </button>
      ))}
      {!groupOf(type) && (
        <button
          type="button"
          className="chip"
          aria-pressed="true"
          onClick={() => patchSearch({ type: null })}
        >
          {type}
        </button>
      )}
    </fieldset>
  );
}

export function clearFilters() {
  patchSearch(none);
}
