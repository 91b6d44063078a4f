import { FolderUp, Upload } from "lucide-react";
import { useRef } from "react";
import { fromInput } from "./incoming";
import { upload } from "./upload";
import { useRules } from "./useRules";

/** Lets people select files, or a folder, to upload. */
export function UploadButton() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const rules = useRules();
  const take = (input: HTMLInputElement) => {
    void upload({ items: fromInput(input.files), unread: [] });
    // Otherwise selecting the same file again would fire no change event.
    input.value = "";
  };
  return (
    <div className="flex items-center gap-1.5">
      <input
        ref={files}
        type="file"
        multiple
        accept={rules.accept}
        className="hidden"
        tabIndex={-1}
        aria-hidden="true"
        data-testid="choose-files"
        onChange={(event) => take(event.target)}
      />
      <input
        ref={folder}
        type="file"
        className="hidden"
        tabIndex={-1}
        aria-hidden="true"
        data-testid="choose-folder"
        {...{ webkitdirectory: "" }}
        onChange={(event) => take(event.target)}
      />
      <button
        type="button"
        className="icon-btn max-sm:hidden"
        aria-label="Upload a folder"
        title="Upload a folder"
        onClick={() => folder.current?.click()}
      >
        <FolderUp size={18} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="btn btn-primary"
        title={rules.words || undefined}
        onClick={() => files.current?.click()}
      >
        <Upload size={16} aria-hidden="true" />
        {/* On the narrowest screens the search box needs the space. */}
        <span className="max-[24rem]:sr-only">Upload</span>
      </button>
    </div>
  );
}
