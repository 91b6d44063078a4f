import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { navigate, patchSearch, useSearch } from "@/shared/url/location";

/** The delay after the last key before the list is searched, in milliseconds. */
const delay = 180;

/** The elements in which "/" is typed as a character. */
const editable = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** Searches files by name, in every view. The key "/" focuses it. */
export function SearchBox({ pathname }: { pathname: string }) {
  const search = useSearch();
  const current = pathname === "/" ? (search.get("q") ?? "") : "";
  const [text, setText] = useState(current);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // Back, Forward and "Clear filters" change the URL.
  useEffect(() => setText(current), [current]);
  // A pending search must not change the URL of another view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the view changes
  useEffect(() => () => clearTimeout(timer.current), [pathname]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches(editable);
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const apply = (q: string) => {
    clearTimeout(timer.current);
    if (pathname === "/") patchSearch({ q }, { replace: true });
    else if (q !== "") navigate(`/?${new URLSearchParams({ q })}`);
  };
  const type = (q: string) => {
    setText(q);
    clearTimeout(timer.current);
    if (pathname === "/") timer.current = setTimeout(() => apply(q), delay);
  };
  return (
    <search className="relative w-full max-w-160 min-w-0">
      <Search
        size={16}
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input
        ref={input}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        className="field w-full rounded-full border-line bg-paper pr-9 pl-9"
        placeholder="Search files"
        aria-label="Search files"
        aria-keyshortcuts="/"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") apply(text);
          if (event.key !== "Escape") return;
          if (text === "") event.currentTarget.blur();
          setText("");
          apply("");
        }}
      />
      {text === "" ? (
        <kbd className="kbd pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 max-lg:hidden">
          /
        </kbd>
      ) : (
        <button
          type="button"
          className="icon-btn absolute top-1/2 right-1 size-7 -translate-y-1/2"
          aria-label="Clear search"
          onClick={() => {
            setText("");
            apply("");
            input.current?.focus();
          }}
        >
          <X size={15} aria-hidden="true" />
        </button>
      )}
    </search>
  );
}
