import { patchSearch } from "@/shared/url/location";
import { firstOrder, type Sort } from "./filters";

/** Puts an order into the URL, leaving out what is the default anyway. */
export function sortBy(sort: Sort, order: "asc" | "desc") {
  patchSearch({
    sort: sort === "created_at" ? null : sort,
    order: order === firstOrder[sort] ? null : order,
  });
}
