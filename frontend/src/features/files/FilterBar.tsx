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
  /** The toolbar that replaces the types while files are selected. */
  instead: ReactNode;
  /** Whether there is nothing to filter. */
  empty: boolean;
}

/** The head of the list: totals, filters, order and layout. */
export function FilterBar({ filters, totals, instead, empty }: FilterBarProps) {
  return (
    <div className="@container">
      <div
        className="flex flex-wrap items-center gap-x-2 gap-y-2.5 px-4 pb-3 lg:px-6"
        // Hidden, the controls still take their height, so that nothing moves when the first file arrives.
        style={empty ? { visibility: "hidden" } : undefined}
      >
        <div className="visible flex min-w-50 flex-1 flex-wrap items-baseline gap-x-3">
          <h1 className="view-title">Files</h1>
          {!empty && <Totals totals={totals} type={filters.type} />}
        </div>
        <div className="flex flex-wrap items-center gap-2 @max-2xl:order-last @max-2xl:w-full">
          {isFiltered(filters) && (
            <button
              type="button"
              className="btn btn-quiet btn-small text-muted @max-2xl:order-last"
              onClick={() => patchSearch(none)}
            >
              <X size={14} aria-hidden="true" />
              <span>
                Clear<span className="@max-2xl:sr-only"> filters</span>
              </span>
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
    </div>
  );
}

function TypeChips({ type, covered }: { type: string; covered: boolean }) {
  return (
    <fieldset
      className="col-start-1 row-start-1 -mx-4 flex min-w-0 gap-1.5 overflow-x-auto px-4 py-0.5 lg:-mx-6 lg:px-6"
      // Hidden, it still takes its height, so that the list does not move.
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
