import { WifiOff } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useConnection } from "@/shared/api/events";

/** Shorter interruptions are not shown, in milliseconds. */
const delay = 2500;

/** Shows that the server can't be reached, and that the page retries. */
export function ConnectionBanner() {
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  const lost = useConnection() === "lost";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(lost), lost ? delay : 0);
    return () => clearTimeout(timer);
  }, [lost]);
  // A browser that is offline may still reach a server on this machine or in the local network.
  const text = !lost
    ? ""
    : !online
      ? "You are offline. Uploads continue automatically when the connection is back."
      : shown
        ? "The server can't be reached. Trying again; uploads continue automatically."
        : "";
  return (
    <div role="status">
      {text !== "" && (
        <p className="notice bg-brass-soft text-brass">
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
