import { useEffect } from "react";
import { useTotals } from "@/features/uploads/store";
import { setUnfinished } from "@/shared/ui/Reload";

/** Tells Reload the number of uploads that a reload would interrupt. */
export function Unfinished() {
  const { moving, paused } = useTotals();
  useEffect(() => setUnfinished(moving + paused), [moving, paused]);
  return null;
}
