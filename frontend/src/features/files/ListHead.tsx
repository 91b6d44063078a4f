import { ArrowDown, ArrowUp } from "lucide-react";
import { type Filters, firstOrder, type Sort } from "./filters";
import { sortBy } from "./sorting";

/** The head of the table: select all, and columns to sort by. */
export function ListHead({
  filters,
  chosen,
  onSelectAll,
}: {
  filters: Filters;
  /** Which of the loaded files are selected. */
  chosen: "none" | "some" | "all";
  onSelectAll: () => void;
}) {
  return (
    <div role="rowgroup" className="list-head border-b border-line px-2 lg:px-4">
      <div role="row" aria-rowindex={1} className="file-columns h-9 text-[0.9rem] text-muted">
        <div role="columnheader" className="grid place-items-center">
          <input
            type="checkbox"
            className="check"
            aria-label="Select all"
            checked={chosen === "all"}
            ref={(box) => {
              if (box) box.indeterminate = chosen === "some";
            }}
            onChange={onSelectAll}
          />
        </div>
        <SortHead column="name" label="Name" filters={filters} />
        <div role="columnheader" className="hidden @4xl:block">
          Type
        </div>
        <SortHead column="size" label="Size" filters={filters} className="hidden justify-end @2xl:flex" />
        <SortHead column="created_at" label="Added" filters={filters} className="hidden pl-2 @2xl:flex" />
        <div role="columnheader" className="hidden @2xl:block">
          <span className="sr-only">Actions</span>
        </div>
      </div>
    </div>
  );
}

interface SortHeadProps {
  column: Sort;
  label: string;
  filters: Filters;
  className?: string;
}

function SortHead({ column, label, filters, className = "flex" }: SortHeadProps) {
  const sorted = filters.sort === column;
  const next = sorted ? (filters.order === "asc" ? "desc" : "asc") : firstOrder[column];
  const Arrow = filters.order === "asc" ? ArrowUp : ArrowDown;
  return (
    <div
      role="columnheader"
      className={className}
      aria-sort={sorted ? (filters.order === "asc" ? "ascending" : "descending") : undefined}
    >
      <button
        type="button"
        className="-mx-1.5 inline-flex min-h-7 items-center gap-1 rounded-md px-1.5 hover:text-ink aria-[current]:font-semibold aria-[current]:text-ink"
        aria-current={sorted || undefined}
        onClick={() => sortBy(column, next)}
      >
        {label}
        {sorted && <Arrow size={14} aria-hidden="true" />}
      </button>
    </div>
  );
}
