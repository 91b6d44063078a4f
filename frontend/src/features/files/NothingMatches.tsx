import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { plural } from "@/shared/format/bytes";
import { EmptyPanel } from "@/shared/ui/states";
import { type Patch, patchSearch } from "@/shared/url/location";
import { clearFilters } from "./FilterBar";
import { type Filters, groupOf, toQuery } from "./filters";
import { totalsQuery } from "./useTotals";

interface ActiveFilter {
  /** The filter in words. */
  says: string;
  /** The label of the button that removes it. */
  drop: string;
  without: Patch;
}

const anyTime = { since: null, from: null, to: null };
const spans = { today: "added today", "7d": "added in the last 7 days", "30d": "added in the last 30 days" };

function activeFilters(f: Filters): ActiveFilter[] {
  const list: ActiveFilter[] = [];
  if (f.q) list.push({ says: `“${f.q}”`, drop: "Any name", without: { q: null } });
  if (f.type) {
    const says = groupOf(f.type)?.label ?? f.type;
    list.push({ says, drop: "Any type", without: { type: null } });
  }
  if (f.since || f.from || f.to) {
    const says = f.since ? spans[f.since] : "added on these days";
    list.push({ says, drop: "Any time", without: anyTime });
  }
  if (f.state) list.push({ says: `state “${f.state}”`, drop: "Any state", without: { state: null } });
  return list;
}

/** The empty state of a filtered list, which offers to remove single filters. */
export default function NothingMatches({ filters }: { filters: Filters }) {
  const list = activeFilters(filters);
  return (
    <EmptyPanel
      icon={<SearchX size={28} aria-hidden="true" />}
      title="Nothing matches"
      action={
        <div className="flex flex-wrap justify-center gap-2">
          {list.length > 1 && list.map((one) => <Drop key={one.drop} filters={filters} {...one} />)}
          <button type="button" className="btn" onClick={clearFilters}>
            Clear filters
          </button>
        </div>
      }
    >
      No file matches {list.map((one) => one.says).join(" and ")}.
    </EmptyPanel>
  );
}

/** The button that removes one filter, if the others then match any file. */
function Drop({ filters, drop, without }: ActiveFilter & { filters: Filters }) {
  const rest = Object.fromEntries(Object.keys(without).map((key) => [key, ""]));
  const { data } = useQuery(totalsQuery(toQuery({ ...filters, ...rest })));
  if (!data || data.files === 0) return null;
  return (
    <button type="button" className="btn" onClick={() => patchSearch(without)}>
      {drop}: {plural(data.files, "file")}
    </button>
  );
}
