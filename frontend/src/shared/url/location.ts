import { useMemo, useSyncExternalStore } from "react";

// The state of the page is its URL. Three views with flat search parameters need no router library.

const changed = "pawl:navigate";

function watch(onChange: () => void) {
  window.addEventListener("popstate", onChange);
  window.addEventListener(changed, onChange);
  return () => {
    window.removeEventListener("popstate", onChange);
    window.removeEventListener(changed, onChange);
  };
}

/** Goes to a URL of this page. With `replace` the Back button skips the change, as for typing. */
export function navigate(url: string, options: { replace?: boolean } = {}) {
  const current = window.location.pathname + window.location.search;
  if (url === current) return;
  if (options.replace) window.history.replaceState(null, "", url);
  else window.history.pushState(null, "", url);
  window.dispatchEvent(new Event(changed));
}

export function usePathname(): string {
  return useSyncExternalStore(watch, () => window.location.pathname);
}

export function useSearch(): URLSearchParams {
  const text = useSyncExternalStore(watch, () => window.location.search);
  return useMemo(() => new URLSearchParams(text), [text]);
}

export type Patch = Record<string, string | null>;

/** Returns the URL with some search parameters changed; null and "" remove a parameter. */
export function urlWith(patch: Patch, from: { pathname: string; search: string } = window.location): string {
  const search = new URLSearchParams(from.search);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === "") search.delete(key);
    else search.set(key, value);
  }
  const text = search.toString();
  return text === "" ? from.pathname : `${from.pathname}?${text}`;
}

export function patchSearch(patch: Patch, options: { replace?: boolean } = {}) {
  navigate(urlWith(patch), options);
}
