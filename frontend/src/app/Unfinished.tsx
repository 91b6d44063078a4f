import { useEffect } from "react";
import { useTotals } from "@/features/uploads/store";
import { setUnfinished } from "@/shared/ui/Reload";

/** Counts the uploads that would have to be chosen again, or wait, if the page were reloaded. */
export function Unfinished() {
  const { moving, paused } = useTotals();
  useEffect(() => setUnfinished(moving + paused), [moving, paused]);
  return null;
}
