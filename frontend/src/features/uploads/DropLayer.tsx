import { UploadCloud } from "lucide-react";
import { useEffect, useState } from "react";
import { fromDrop, fromPaste } from "./incoming";
import { upload } from "./upload";
import { useRules } from "./useRules";

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Accepts files and folders dropped anywhere in the window, and pasted files, in every view. */
export function DropLayer() {
  const [over, setOver] = useState(false);
  const rules = useRules();
  usePaste();
  useEffect(() => {
    // Enter and leave events come from every element under the pointer; the drag has left when they balance.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth++;
      setOver(true);
    };
    const hover = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void fromDrop(event.dataTransfer, (found) => void upload(found));
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", hover);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-layer" aria-hidden="true">
      <div className="flex flex-col items-center gap-3 rounded-3xl border-2 border-dashed border-accent bg-surface px-16 py-12 shadow-float">
        <UploadCloud size={44} strokeWidth={1.5} className="text-accent" />
        <p className="text-lg font-semibold">Drop to upload</p>
        <p className="text-muted">{rules.words || "Files and whole folders"}</p>
      </div>
    </div>
  );
}

function usePaste() {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const items = fromPaste(event.clipboardData);
      if (items.length === 0) return;
      event.preventDefault();
      void upload({ items, unread: [] });
    };
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  }, []);
}
