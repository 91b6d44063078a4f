import { Suspense } from "react";
import { lazyView } from "@/shared/lazy";

const TrayView = lazyView(
  () => import("./TrayView"),
  () => null,
);

/** The tray of uploads; the first view does not need it, so it is loaded on its own. */
export function Tray({ listed }: { listed: boolean }) {
  return (
    <Suspense fallback={null}>
      <TrayView listed={listed} />
    </Suspense>
  );
}
