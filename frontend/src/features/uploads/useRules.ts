import { useQuery } from "@tanstack/react-query";
import { serverQuery } from "@/shared/api/client";
import { accept, ruleWords } from "./rules";

/** Returns what may be uploaded: in words, and for a file chooser. */
export function useRules(): { words: string; accept: string | undefined } {
  const { data } = useQuery(serverQuery);
  return data ? { words: ruleWords(data), accept: accept(data) } : { words: "", accept: undefined };
}
