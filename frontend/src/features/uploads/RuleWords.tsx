import { useRules } from "./useRules";

/** Describes the rules for uploads, if there are any. */
export function RuleWords() {
  const { words } = useRules();
  return words === "" ? null : <p className="mt-2 font-medium text-ink-2">{words}</p>;
}
