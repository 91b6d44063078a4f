import { useQuery } from "@tanstack/react-query";
import { serverQuery } from "@/shared/api/client";
import { accept, ruleWords } from "./rules";

/** Returns the rules for uploads in words, and as the `accept` attribute of a file input. */
export function useRules(): { words: string; accept: string | undefined } {
  const { data } = useQuery(serverQuery);
  return data ? { words: ruleWords(data), accept: accept(data) } : { words: "", accept: undefined };
}
