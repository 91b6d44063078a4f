import { Copy } from "lucide-react";
import { toast } from "./Toasts";

/** The id of a failed request, by which it is found in the server's log. */
export function ErrorId({ id }: { id: string }) {
  const copy = () =>
    navigator.clipboard.writeText(id).then(
      () => toast({ message: "Error id copied" }),
      () =>
        toast({
          message: "The browser does not allow this page to copy. Select the id instead.",
          tone: "danger",
        }),
    );
  return (
    <p className="flex items-center gap-1 text-sm text-muted">
      Error id <code className="font-mono select-all">{id}</code>
      {/* Browsers have no clipboard API without HTTPS. */}
      {navigator.clipboard && (
        <button
          type="button"
          className="icon-btn size-7"
          aria-label="Copy error id"
          title="Copy error id"
          onClick={() => void copy()}
        >
          <Copy size={14} aria-hidden="true" />
        </button>
      )}
    </p>
  );
}
