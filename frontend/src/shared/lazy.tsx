import { type ComponentType, use, useSyncExternalStore } from "react";
import { getConnection, watchConnection } from "./api/events";
import { ViewNotLoaded } from "./ui/ViewNotLoaded";

// Parts of the page that are loaded when they are needed, or before that when nothing else is to do. A
// connection that breaks delays them, and nothing more.

type Load<T> = () => Promise<T>;

/** The server has answered that a script does not exist: a newer version of the page has replaced it. */
export class ReplacedError extends Error {
  override name = "ReplacedError";
  constructor() {
    super("A new version of Pawl is installed. Reload the page to use it.");
  }
}

/** How often a script may be missing before that counts: instances behind a proxy are replaced one by one. */
const mostMissing = 3;
const shortestWait = 500;
const longestWait = 15_000;

/**
 * Imports a script, again and again while the server can't be reached. Rejects with a ReplacedError if the
 * server no longer has it, and with its own error if the script itself throws.
 */
export async function importAgain<T>(load: Load<T>, onFailure?: (error: unknown) => void): Promise<T> {
  let attempt = load;
  let missing = 0;
  for (let wait = shortestWait; ; wait = Math.min(wait * 2, longestWait)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLoadFailure(error)) throw error;
      const url = /https?:\S+/.exec(error.message)?.[0];
      const status = url ? await statusOf(url) : 0;
      if (status === 404 && ++missing === mostMissing) throw new ReplacedError();
      // A browser may remember the failure of a script, but not under another URL.
      attempt = url && status === 200 ? () => importOnce(load, url) : load;
      onFailure?.(error);
      await connectionOr(wait);
    }
  }
}

function isLoadFailure(error: unknown): error is TypeError {
  return error instanceof TypeError && /import|module/i.test(error.message);
}

function importOnce<T>(load: Load<T>, url: string): Promise<T> {
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

const waiting = new Set<() => void>();

/** Tries everything that could not be loaded again at once. */
export function retryImports() {
  for (const go of waiting) go();
}

/** Resolves after so many milliseconds, or earlier when the connection is back. */
function connectionOr(wait: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      waiting.delete(go);
      resolve();
    };
    const timer = setTimeout(go, wait);
    waiting.add(go);
  });
}

const wanted: Load<unknown>[] = [];

/** Has a script loaded when the page is idle, so that it is there when the server is not. */
export function prefetch(load: Load<unknown>) {
  wanted.push(load);
}

/** Begins with what was asked for by `prefetch`, once the first view is complete. */
export function startPrefetching() {
  window.addEventListener("online", retryImports);
  watchConnection(() => getConnection() === "open" && retryImports());
  const idle = (run: () => void) =>
    "requestIdleCallback" in window ? requestIdleCallback(run, { timeout: 5000 }) : setTimeout(run, 1000);
  const next = () => {
    const load = wanted.shift();
    if (!load) return;
    void importAgain(load).catch(() => undefined);
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
 * Makes a component of one that is loaded when it is first shown. It suspends until its script is there or has
 * failed once; then `Failure` stands in its place while loading continues.
 */
export function lazyView<P extends object>(
  load: Load<{ default: ComponentType<P> }>,
  Failure: ComponentType<P & LoadFailure> = ViewNotLoaded,
): ComponentType<P> {
  let state: { View?: ComponentType<P>; failure?: unknown } = {};
  let loading: Promise<void> | null = null;
  const watchers = new Set<() => void>();
  const become = (next: typeof state) => {
    state = next;
    for (const watcher of watchers) watcher();
  };
  const watch = (watcher: () => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  };
  const start = () => {
    loading ??= new Promise((settle) => {
      importAgain(load, (failure) => {
        become({ failure });
        settle();
      })
        .then(({ default: View }) => become({ View }))
        .catch((failure) => {
          loading = null;
          become({ failure });
        })
        .then(settle);
    });
    return loading;
  };
  const onRetry = () => {
    if (loading) retryImports();
    else become({});
  };
  prefetch(start);
  return function LazyView(props: P) {
    const { View, failure } = useSyncExternalStore(watch, () => state);
    if (View) return <View {...props} />;
    if (failure) return <Failure {...props} failure={failure} onRetry={onRetry} />;
    use(start());
    return null;
  };
}
