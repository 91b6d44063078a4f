import type { Deletion, FileTotals, Page, Problem, ServerInfo, Stats, StoredFile, Upload } from "./types";

const base = "/api/v1";

/** A request that failed, in words for people. `code` is the server's, or "network" when there was no answer. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly requestId: string,
  ) {
    super(message);
  }
}

/** Asks the API and returns its JSON. Rejects with an ApiError, or an AbortError when `init.signal` fires. */
async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(base + path, init);
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new ApiError("The server can't be reached. Check the connection and try again.", "network", 0, "");
  }
  if (!response.ok) throw await failure(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

async function failure(response: Response): Promise<ApiError> {
  const id = response.headers.get("X-Request-Id") ?? "";
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  const detail = problem?.detail || problem?.title || `the server answered ${response.status}`;
  return new ApiError(
    sentence(detail),
    problem?.code ?? "internal",
    response.status,
    problem?.request_id ?? id,
  );
}

/** A detail of the server as a sentence: details begin in lower case and have no full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`;
}

function send(method: string, body: unknown): RequestInit {
  return { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

function query(params: Record<string, string | number | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

export interface FilesQuery {
  q?: string;
  type?: string;
  state?: string;
  created_after?: string;
  created_before?: string;
  sort?: "created_at" | "name" | "size";
  order?: "asc" | "desc";
  limit?: number;
  cursor?: string | null;
}

/** The part of a request that says which files, and not in what order. */
export type FilesFilter = Pick<FilesQuery, "q" | "type" | "state" | "created_after" | "created_before">;

/** How many files one request can delete. */
export const mostAtOnce = 1000;

export const api = {
  files: (params: FilesQuery, signal?: AbortSignal) =>
    request<Page<StoredFile>>(`/files${query({ ...params })}`, { signal }),
  file: (id: string, signal?: AbortSignal) => request<StoredFile>(`/files/${id}`, { signal }),
  rename: (id: string, name: string) => request<StoredFile>(`/files/${id}`, send("PATCH", { name })),
  totals: (filter: FilesFilter, signal?: AbortSignal) =>
    request<FileTotals>(`/files/totals${query({ ...filter })}`, { signal }),
  /** Deletes up to `mostAtOnce` files together; `keepalive` lets the request outlive the page. */
  remove: async (ids: string[], keepalive: boolean) => {
    const answer = await request<{ items: Deletion[] }>("/files/delete", {
      ...send("POST", { ids }),
      keepalive,
    });
    return answer.items;
  },
  uploads: (cursor: string | null, signal?: AbortSignal) =>
    request<Page<Upload>>(`/uploads${query({ limit: 200, cursor })}`, { signal }),
  abort: (id: string) => request<void>(`/uploads/${id}`, { method: "DELETE" }),
  stats: (from: string, to: string, signal?: AbortSignal) =>
    request<Stats>(`/stats${query({ from, to })}`, { signal }),
  server: (signal?: AbortSignal) => request<ServerInfo>("/server", { signal }),
};

/** Where a file's bytes are, for the browser to save them. */
export function downloadUrl(id: string): string {
  return `${base}/files/${id}/content?download=1`;
}

/** Where a file's bytes are, to be shown in the page; this does not count as a download. */
export function previewUrl(id: string): string {
  // What is shown in the page has to come from here: its policy lets nothing else in.
  return `${base}/files/${id}/content?preview=1&redirect=false`;
}

/** The server's rules for uploads: they change only when it restarts. */
export const serverQuery = {
  queryKey: ["server"] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.server(signal),
  staleTime: 5 * 60_000,
};
