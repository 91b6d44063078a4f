import { useRef } from "react";
import { bytes } from "@/shared/format/bytes";
import { toast } from "@/shared/ui/Toasts";
import { provide } from "./controller";
import type { Transfer } from "./transfer";

/** Lets people select the file of an upload again that the browser has lost in a restart. */
export function ChooseAgain({ transfer }: { transfer: Transfer }) {
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined) => {
    if (!file || provide(transfer.id, file)) return;
    toast({
      message: `That is another file. Select “${transfer.name}” (${bytes(transfer.size)}).`,
      tone: "danger",
      duration: 8000,
    });
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        className="hidden"
        tabIndex={-1}
        aria-hidden="true"
        data-testid="choose-again"
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <button type="button" className="btn btn-small mt-1.5" onClick={() => input.current?.click()}>
        Select file
      </button>
    </>
  );
}
