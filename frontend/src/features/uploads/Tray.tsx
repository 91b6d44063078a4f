import { Suspense } from "react";
import { lazyView, prefetch } from "@/shared/lazy";

const TrayView = lazyView(
  () => import("./TrayView"),
  () => null,
);

// The server may be unreachable when the first file is selected.
prefetch(() => import("./engine"));

/** The tray of uploads. It is not part of the first view's script. */
export function Tray({ listed }: { listed: boolean }) {
  return (
    <Suspense fallback={null}>
      <TrayView listed={listed} />
    </Suspense>
  );
}
