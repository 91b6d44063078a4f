import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api } from "@/shared/api/client";
import type { Upload } from "@/shared/api/types";
import { bytes } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { FileIcon } from "@/shared/ui/FileIcon";
import { Ago } from "@/shared/ui/Measures";
import { Progress } from "@/shared/ui/Progress";
import { toast } from "@/shared/ui/Toasts";
import { percent, share } from "./words";

/** An upload of another client. Stopping it asks for confirmation, because its bytes are deleted. */
export function OtherClientRow({ upload: u, onGone }: { upload: Upload; onGone: (id: string) => void }) {
  const [asking, setAsking] = useState(false);
  const name = visibleName(u.name);
  const abort = useMutation({
    mutationFn: () => api.abort(u.id),
    onSuccess: () => onGone(u.id),
    onError: (error) => {
      if (error instanceof ApiError && error.code === "not_found") onGone(u.id);
      else
        toast({
          message: `“${name}” could not be stopped. ${error.message}`,
          tone: "danger",
          duration: 8000,
        });
    },
  });
  const done = u.length === null ? null : u.length === 0 ? 1 : u.offset / u.length;
  return (
    <li className="flex gap-3 border-line py-3 pr-3 pl-4 not-first:border-t" data-testid="elsewhere">
      <span className="mt-0.5">
        <FileIcon type={u.declared_type} />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <span className="truncate font-medium" title={name}>
            <bdi>{name}</bdi>
          </span>
          {u.length !== null && (
            <span className="nums ml-auto shrink-0 text-[0.86rem] text-muted">
              {percent(u.offset, u.length)} %
            </span>
          )}
        </div>
        <div className="my-1">
          <Progress value={done} label={`Upload of ${name}`} />
        </div>
        <p className="nums text-[0.86rem] text-muted">
          {amount(u)}
          {" · started "}
          <Ago value={u.created_at} />
        </p>
      </div>
      {asking ? (
        <div className="flex shrink-0 gap-1.5 self-center">
          <button
            type="button"
            className="btn btn-small border-transparent bg-danger-soft text-danger"
            // biome-ignore lint/a11y/noAutofocus: it replaces the button that was just used
            autoFocus
            disabled={abort.isPending}
            onClick={() => abort.mutate()}
          >
            Stop
          </button>
          <button type="button" className="btn btn-small" onClick={() => setAsking(false)}>
            Keep
          </button>
        </div>
      ) : (
        <button
          type="button"
          className="btn btn-small shrink-0 self-center"
          aria-label={`Stop ${name}`}
          onClick={() => setAsking(true)}
        >
          Stop
        </button>
      )}
    </li>
  );
}

function amount(u: Upload): string {
  if (u.complete) return "Finishing";
  return u.length === null ? `${bytes(u.offset)} of an unknown size` : share(u.offset, u.length);
}
