import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";

type Edit = (data: unknown, key: QueryKey) => unknown;

/** The edits made while a query was being fetched. */
const pending = new WeakMap<Query, Edit[]>();
const watched = new WeakSet<QueryClient>();

/**
 * Edits the cached data of all queries whose keys begin with `queryKey`. A query that is being fetched is edited
 * again when its response arrives, which may be older than the edit; so `edit` must be idempotent.
 */
export function editQueries<T>(client: QueryClient, queryKey: QueryKey, edit: (data: T, key: QueryKey) => T) {
  watch(client);
  for (const query of client.getQueryCache().findAll({ queryKey })) {
    if (query.state.fetchStatus === "fetching")
      pending.set(query, [...(pending.get(query) ?? []), edit as Edit]);
    apply(client, query, [edit as Edit]);
  }
}

function apply(client: QueryClient, query: Query, edits: Edit[]) {
  const { data: before, dataUpdatedAt, isInvalidated } = query.state;
  if (before === undefined) return;
  const after = edits.reduce<unknown>((data, edit) => edit(data, query.queryKey), before);
  if (after === before) return;
  // The rest of the data is as old as before, so an edit must not make it count as fresh.
  client.setQueryData(query.queryKey, after, { updatedAt: dataUpdatedAt });
  if (isInvalidated) query.invalidate();
}

function watch(client: QueryClient) {
  if (watched.has(client)) return;
  watched.add(client);
  client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated") return;
    const { query, action } = event;
    const ended = action.type === "error" || (action.type === "success" && !action.manual);
    const edits = ended ? pending.get(query) : undefined;
    if (!edits) return;
    pending.delete(query);
    if (action.type === "success") apply(client, query, edits);
  });
}
