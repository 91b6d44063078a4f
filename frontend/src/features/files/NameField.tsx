import { useEffect, useRef } from "react";

/** Edits a name in place. Enter and losing the focus save it, Escape does not. */
export function NameField({
  name,
  onDone,
}: {
  name: string;
  onDone: (name: string | null, by: "key" | "blur") => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    const dot = name.lastIndexOf(".");
    input.current?.focus();
    input.current?.setSelectionRange(0, dot > 0 ? dot : name.length);
  }, [name]);
  const finish = (keep: boolean, by: "key" | "blur") => {
    if (done.current) return;
    done.current = true;
    const next = input.current?.value.trim() ?? "";
    onDone(keep && next !== "" && next !== name ? next : null, by);
  };
  return (
    <input
      ref={input}
      className="field min-h-8 w-full min-w-0 px-2"
      aria-label="New name"
      defaultValue={name}
      spellCheck={false}
      onBlur={() => finish(true, "blur")}
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") finish(true, "key");
        if (event.key === "Escape") finish(false, "key");
      }}
    />
  );
}
