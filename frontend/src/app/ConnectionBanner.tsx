import { WifiOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useConnection } from "@/shared/api/events";

/** A short break mends itself unseen. */
const patience = 2500;

/** Says when the page can't hear the server, and that it goes on trying. */
export function ConnectionBanner() {
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  const lost = useConnection() === "lost";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(lost), lost ? patience : 0);
    return () => clearTimeout(timer);
  }, [lost]);
  // A server on this machine or in the house can be reached without what the browser calls online.
  const text = !lost
    ? ""
    : !online
      ? "You are offline. Uploads go on by themselves when the connection is back."
      : shown
        ? "The server can't be reached. Trying again; uploads go on by themselves."
        : "";
  return (
    <div role="status">
      {text !== "" && (
        <p className="flex items-center gap-2.5 border-b border-line bg-brass-soft px-4 py-2 font-medium text-brass lg:px-6">
          <WifiOff size={16} className="shrink-0" aria-hidden="true" />
          {text}
        </p>
      )}
    </div>
  );
}

function watchOnline(onChange: () => void) {
  window.addEventListener("online", onChange);
  window.addEventListener("offline", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    window.removeEventListener("offline", onChange);
  };
}
