import { lazy, Suspense, useEffect, useState } from "react";

const load = () => import("./TrayView");
const TrayView = lazy(load);

/** The tray of uploads. The first view does not need it, so it is loaded just after that. */
export function Tray({ listed }: { listed: boolean }) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true));
    return () => clearTimeout(timer);
  }, []);
  if (!ready) return null;
  return (
    <Suspense fallback={null}>
      <TrayView listed={listed} />
    </Suspense>
  );
}
