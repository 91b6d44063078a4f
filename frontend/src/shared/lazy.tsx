import { type ComponentType, use, useEffect } from "react";
import { getConnection, watchConnection } from "./api/events";
import { createStore, useStore } from "./store";
import { ViewNotLoaded } from "./ui/ViewNotLoaded";

// Code splitting: scripts that are loaded when they are first needed, or earlier when the page is idle. A lost
// connection only delays them.

type Load<T> = () => Promise<T>;

/** The server no longer has a script, because a newer version of the page has replaced it. */
export class ReplacedError extends Error {
  override name = "ReplacedError";
  constructor() {
    super("A new version of Pawl is installed. Reload the page to use it.");
  }
}

/** The number of 404 responses after which a script counts as replaced: a rolling update takes a while. */
const maxNotFound = 3;
/** The delay before the next attempt doubles between these, in milliseconds. */
const minDelay = 500;
const maxDelay = 15_000;

/**
 * Imports a script, and retries while the server can't be reached. Rejects with a ReplacedError if the server no
 * longer has the script, and with the script's own error if it throws.
 */
export async function importWithRetry<T>(load: Load<T>, onFailure?: (error: unknown) => void): Promise<T> {
  let attempt = load;
  let notFound = 0;
  for (let delay = minDelay; ; delay = Math.min(delay * 2, maxDelay)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLoadFailure(error)) throw error;
      const url = /https?:\S+/.exec(error.message)?.[0];
      const status = url ? await statusOf(url) : 0;
      if (status === 404) {
        if (++notFound === maxNotFound) throw new ReplacedError();
        // The server is reachable again, so there is no reason to wait as long as before.
        if (notFound === 1) delay = minDelay;
      }
      // Browsers cache the failure of a module by its URL.
      attempt = url && status === 200 ? () => importUncached(load, url) : load;
      onFailure?.(error);
      await connectionOr(delay);
    }
  }
}

function isLoadFailure(error: unknown): error is TypeError {
  return error instanceof TypeError && /import|module/i.test(error.message);
}

function importUncached<T>(load: Load<T>, url: string): Promise<T> {
  return load().catch((error) => {
    if (!isLoadFailure(error)) throw error;
    return import(/* @vite-ignore */ `${url}?again`);
  });
}

async function statusOf(url: string): Promise<number> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 0;
  }
}

/** The imports that wait for their next attempt. */
const waiting = new Set<() => void>();

/** Retries all failed imports at once. */
export function retryImports() {
  for (const retry of waiting) retry();
}

/** Resolves after `delay` milliseconds, or earlier when the connection is back. */
function connectionOr(delay: number): Promise<void> {
  return new Promise((resolve) => {
    const retry = () => {
      clearTimeout(timer);
      waiting.delete(retry);
      resolve();
    };
    const timer = setTimeout(retry, delay);
    waiting.add(retry);
  });
}

const prefetches: Load<unknown>[] = [];

/** Loads a script when the page is idle, so that it works later even while the server is away. */
export function prefetch(load: Load<unknown>) {
  prefetches.push(load);
}

/** Starts prefetching once the first view is complete. */
export function startPrefetching() {
  window.addEventListener("online", retryImports);
  watchConnection(() => getConnection() === "open" && retryImports());
  const idle = (run: () => void) =>
    "requestIdleCallback" in window ? requestIdleCallback(run, { timeout: 5000 }) : setTimeout(run, 1000);
  const next = () => {
    const load = prefetches.shift();
    if (!load) return;
    void importWithRetry(load).catch(() => undefined);
    idle(next);
  };
  if (document.readyState === "complete") idle(next);
  else window.addEventListener("load", () => idle(next));
}

export interface LoadFailure {
  failure: unknown;
  onRetry: () => void;
}

/**
 * Returns a component whose script is loaded when it is first rendered. It suspends until the script is loaded or
 * an attempt has failed; after a failure it renders `Failure` while it retries.
 */
export function lazyView<P extends object>(
  load: Load<{ default: ComponentType<P> }>,
  Failure: ComponentType<P & LoadFailure> = ViewNotLoaded,
): ComponentType<P> {
  const state = createStore<{ View?: ComponentType<P>; failure?: unknown }>({});
  let loading: Promise<void> | null = null;
  const start = () => {
    loading ??= new Promise((resolve) => {
      importWithRetry(load, (failure) => {
        state.set({ failure });
        resolve();
      })
        .then(({ default: View }) => state.set({ View }))
        .catch((failure) => {
          loading = null;
          state.set({ failure });
        })
        .then(resolve);
    });
    return loading;
  };
  const onRetry = () => {
    if (loading) retryImports();
    else state.set({});
  };
  prefetch(start);
  return function LazyView(props: P) {
    const { View, failure } = useStore(state);
    // A view that is opened does not wait for the next attempt of its prefetch.
    useEffect(() => retryImports(), []);
    if (View) return <View {...props} />;
    if (failure) return <Failure {...props} failure={failure} onRetry={onRetry} />;
    use(start());
    return null;
  };
}
