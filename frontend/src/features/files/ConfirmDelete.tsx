import { useEffect, useRef } from "react";
import type { StoredFile } from "@/shared/api/types";
import { bytes, plural } from "@/shared/format/bytes";

/** Asks for confirmation of a deletion that is too large to be undone. */
export default function ConfirmDelete({
  files,
  onAnswer,
}: {
  files: StoredFile[];
  onAnswer: (yes: boolean) => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby="confirm-title" onClose={() => onAnswer(false)}>
      <h2 id="confirm-title" className="text-lg font-semibold">
        Delete {plural(files.length, "file")}?
      </h2>
      <p className="mt-2 text-muted">
        {bytes(size)} in total. Deleting this many files starts at once and can't be undone.
      </p>
      <div className="mt-5 flex justify-end gap-2">
        <button type="button" className="btn" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button type="button" className="btn btn-danger" onClick={() => onAnswer(true)}>
          Delete {plural(files.length, "file")}
        </button>
      </div>
    </dialog>
  );
}
