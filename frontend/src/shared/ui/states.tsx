import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/shared/api/client";
import { ErrorId } from "./ErrorId";

interface ErrorPanelProps {
  title: string;
  error: unknown;
  onRetry: () => void;
  /** A button besides "Try again". */
  action?: ReactNode;
}

/** An error with its message, a button to try again, and the id of the request in the server's log. */
export function ErrorPanel({ title, error, onRetry, action }: ErrorPanelProps) {
  const known = error instanceof ApiError ? error : null;
  // Trying again does not bring back what does not exist.
  const final = known?.status === 404 || known?.status === 410;
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-14 text-center">
      <span className="grid size-11 place-items-center rounded-full bg-danger-soft text-danger">
        <CircleAlert size={22} aria-hidden="true" />
      </span>
      <h2 className="text-lg font-semibold">{title}</h2>
      <p className="text-muted">{known?.message ?? "Something unexpected went wrong on this page."}</p>
      <div className="flex flex-wrap justify-center gap-2 empty:hidden">
        {!final && (
          <button type="button" className="btn" onClick={onRetry}>
            Try again
          </button>
        )}
        {action}
      </div>
      {known?.requestId && <ErrorId id={known.requestId} />}
    </div>
  );
}

/** An empty state: why nothing is here, and how to begin. */
export function EmptyPanel({
  icon,
  title,
  children,
  action,
  heading: Heading = "h2",
}: {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  heading?: "h1" | "h2";
}) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      <span className="grid size-16 place-items-center rounded-2xl bg-accent-soft text-accent">{icon}</span>
      <Heading className="mt-1 text-lg font-semibold">{title}</Heading>
      <div className="text-muted">{children}</div>
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
