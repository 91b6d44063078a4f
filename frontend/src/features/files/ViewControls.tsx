import { LayoutGrid, Rows3 } from "lucide-react";
import { patchSearch } from "@/shared/url/location";
import type { Filters, Sort } from "./filters";
import { sortBy } from "./sorting";

const orders: [Sort, "asc" | "desc", string][] = [
  ["created_at", "desc", "Newest first"],
  ["created_at", "asc", "Oldest first"],
  ["name", "asc", "Name A to Z"],
  ["name", "desc", "Name Z to A"],
  ["size", "desc", "Largest first"],
  ["size", "asc", "Smallest first"],
];

/** Selects the order where there is no table head for it. */
export function SortSelect({ filters }: { filters: Filters }) {
  const hidden = filters.view === "table" ? "@2xl:hidden" : "";
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

/** Switches between table and grid. */
export function ViewSwitch({ view }: { view: Filters["view"] }) {
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
