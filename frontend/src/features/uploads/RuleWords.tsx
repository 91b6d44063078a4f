import { useRules } from "./useRules";

/** Says what may be uploaded, where that is not everything. */
export function RuleWords() {
  const { words } = useRules();
  return words === "" ? null : <p className="mt-2 font-medium text-ink-2">{words}</p>;
}
