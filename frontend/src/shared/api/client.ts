import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { FilesFilter, FilesQuery, Problem } from "./types";

/** A request that failed, with a message for people. `code` is the server's, or "network" without a response. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    message: string,
    readonly code: string,
    /** The status of the response, 0 without one. */
    readonly status: number,
    readonly requestId: string,
  ) {
    super(message);
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns the body of a response. Rejects with an ApiError, or with an AbortError if the request was aborted. */
async function bodyOf<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    // This is how fetch reports a network error, also one in the middle of a body.
    if (!(cause instanceof TypeError)) throw cause;
    throw new ApiError("The server can't be reached. Check the connection and try again.", "network", 0, "");
  }
  if (!answer.response.ok) throw failure(answer.error, answer.response);
  return answer.data as T;
}

/** Makes an ApiError of a problem+json body (RFC 9457), or of whatever a proxy has sent instead. */
function failure(body: unknown, response: Response): ApiError {
  const problem: Partial<Problem> = typeof body === "object" && body !== null ? body : {};
  return new ApiError(
    sentence(problem.detail || problem.title || `the server answered ${response.status}`),
    problem.code ?? "internal",
    response.status,
    problem.request_id ?? response.headers.get("X-Request-Id") ?? "",
  );
}

/** Makes a sentence of an error detail of the server, which begins in lower case and has no full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/, "");
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}.`;
}

/** The most files that one request can delete or list. */
export const maxBatch = 1000;

const client = createClient<paths>();

export const api = {
  files: (query: FilesQuery, signal?: AbortSignal) =>
    bodyOf(client.GET("/api/v1/files", { params: { query }, signal })),
  file: (id: string, signal?: AbortSignal) =>
    bodyOf(client.GET("/api/v1/files/{id}", { params: { path: { id } }, signal })),
  rename: (id: string, name: string) =>
    bodyOf(client.PATCH("/api/v1/files/{id}", { params: { path: { id } }, body: { name } })),
  totals: (query: FilesFilter, signal?: AbortSignal) =>
    bodyOf(client.GET("/api/v1/files/totals", { params: { query }, signal })),
  /** Deletes up to `maxBatch` files in one transaction; with `keepalive` the request outlives the page. */
  remove: async (ids: string[], keepalive: boolean) =>
    (await bodyOf(client.POST("/api/v1/files/delete", { body: { ids }, keepalive }))).items,
  uploads: (cursor?: string, signal?: AbortSignal) =>
    bodyOf(client.GET("/api/v1/uploads", { params: { query: { limit: 200, cursor } }, signal })),
  abort: (id: string) => bodyOf(client.DELETE("/api/v1/uploads/{id}", { params: { path: { id } } })),
  stats: (from: string, to: string, signal?: AbortSignal) =>
    bodyOf(client.GET("/api/v1/stats", { params: { query: { from, to } }, signal })),
  server: (signal?: AbortSignal) => bodyOf(client.GET("/api/v1/server", { signal })),
};

/** Returns the URL that makes the browser save a file. */
export function downloadUrl(id: string): string {
  return `/api/v1/files/${id}/content?download=1`;
}

/** Returns the URL of a file's content for display in the page, which does not count as a download. */
export function previewUrl(id: string): string {
  // The page's Content-Security-Policy allows no other origin, so the server must not redirect to its storage.
  return `/api/v1/files/${id}/content?preview=1&redirect=false`;
}

/** The query for the server's limits and version, which change only when it restarts. */
export const serverQuery = {
  queryKey: ["server"] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => api.server(signal),
  staleTime: 5 * 60_000,
};
