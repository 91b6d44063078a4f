import { Suspense } from "react";
import { lazyView, prefetch } from "@/shared/lazy";

const TrayView = lazyView(
  () => import("./TrayView"),
  () => null,
);

// The server may be away when the first file is chosen.
prefetch(() => import("./engine"));

/** The tray of uploads; the first view does not need it, so it is loaded on its own. */
export function Tray({ listed }: { listed: boolean }) {
  return (
    <Suspense fallback={null}>
      <TrayView listed={listed} />
    </Suspense>
  );
}
