import { X } from "lucide-react";
import type { LoadFailure } from "@/shared/lazy";
import { ViewNotLoaded } from "@/shared/ui/ViewNotLoaded";

/** Stands in the panel's place while its script can't be loaded; the list stays as it is. */
export function PanelNotLoaded({ onClose, ...failure }: LoadFailure & { onClose: () => void }) {
  return (
    <aside className="preview-panel" aria-label="Preview">
      <header className="flex justify-end border-b border-line p-2">
        <button
          type="button"
          className="icon-btn"
          aria-label="Close preview"
          title="Close preview"
          onClick={onClose}
        >
          <X size={18} aria-hidden="true" />
        </button>
      </header>
      <ViewNotLoaded {...failure} />
    </aside>
  );
}
