import { type ReactNode, Suspense } from "react";
import type { LoadFailure } from "@/shared/lazy";
import { Boundary } from "@/shared/ui/Boundary";
import { ViewNotLoaded } from "@/shared/ui/ViewNotLoaded";

interface PreviewFrameProps {
  /** The id of the file. An error is cleared when it changes. */
  id: string;
  onClose: () => void;
  children: ReactNode;
}

/** The frame of the preview. An error in it does not affect the list, and can be closed. */
export function PreviewFrame({ id, onClose, children }: PreviewFrameProps) {
  return (
    <aside className="preview-panel" aria-label="Preview">
      <Boundary what="This file" resetKey={id} action={<CloseButton onClose={onClose} />}>
        <Suspense fallback={<div className="skeleton m-4 h-64" aria-hidden="true" />}>{children}</Suspense>
      </Boundary>
    </aside>
  );
}

/** The preview while its script can't be loaded. */
export function PreviewNotLoaded({ onClose, ...failure }: LoadFailure & { onClose: () => void }) {
  return (
    <div className="flex flex-col items-center">
      <ViewNotLoaded {...failure} />
      <CloseButton onClose={onClose} />
    </div>
  );
}

function CloseButton({ onClose }: { onClose: () => void }) {
  return (
    <button type="button" className="btn" onClick={onClose}>
      Close preview
    </button>
  );
}
