import { patchSearch } from "@/shared/url/location";
import { firstOrder, type Sort } from "./filters";

/** Puts an order into the URL, without values that are the default. */
export function sortBy(sort: Sort, order: "asc" | "desc") {
  patchSearch({
    sort: sort === "created_at" ? null : sort,
    order: order === firstOrder[sort] ? null : order,
  });
}
