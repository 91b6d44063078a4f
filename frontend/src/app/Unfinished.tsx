import { useEffect } from "react";
import { useTransfers } from "@/features/uploads/store";
import { isEnded } from "@/features/uploads/transfer";
import { setUnfinished } from "@/shared/ui/Reload";

/** Counts the uploads that would have to be chosen again, or wait, if the page were reloaded. */
export function Unfinished() {
  const count = useTransfers().filter((t) => !isEnded(t) && t.status !== "needs-file").length;
  useEffect(() => setUnfinished(count), [count]);
  return null;
}
