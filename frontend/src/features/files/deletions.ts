import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { ApiError, api } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { toast } from "@/shared/ui/Toasts";
import { removeFrom } from "./placement";
import { editLists } from "./useFiles";

// Deleting is final on the server, so a deletion is only sent when its time to undo is over.

/** How long a deletion can be taken back, in milliseconds. */
const grace = 6000;

let hidden: ReadonlySet<string> = new Set();
const watchers = new Set<() => void>();

function change(edit: (ids: Set<string>) => void) {
  const next = new Set(hidden);
  edit(next);
  hidden = next;
  for (const watcher of watchers) watcher();
}

function show(files: StoredFile[]) {
  change((ids) => {
    for (const file of files) ids.delete(file.id);
  });
}

/** The files that lists leave out, because their deletion waits or is under way. */
export function useHidden(): ReadonlySet<string> {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => hidden,
  );
}

async function send(client: QueryClient, files: StoredFile[]) {
  for (const file of files) {
    try {
      await api.remove(file.id);
    } catch (error) {
      if (!(error instanceof ApiError) || !["not_found", "gone"].includes(error.code)) {
        const why = error instanceof ApiError ? error.message : "";
        toast({ message: `“${file.name}” could not be deleted. ${why}`, tone: "danger", stays: 10_000 });
        show([file]);
        continue;
      }
    }
    editLists(client, (pages) => removeFrom(file.id, pages));
    show([file]);
  }
}

/** Takes files off the lists, and off the server once nobody has undone it. */
export function deleteFiles(client: QueryClient, files: StoredFile[]) {
  if (files.length === 0) return;
  change((ids) => {
    for (const file of files) ids.add(file.id);
  });
  const leaving = () => {
    dismiss();
    for (const file of files) void api.remove(file.id, true).catch(() => undefined);
  };
  window.addEventListener("pagehide", leaving, { once: true });
  const settle = (then: () => void) => () => {
    window.removeEventListener("pagehide", leaving);
    then();
  };
  const [first] = files;
  const dismiss = toast({
    message: files.length === 1 ? `“${first?.name}” deleted` : `${files.length} files deleted`,
    stays: grace,
    action: { label: "Undo", run: settle(() => show(files)) },
    onGone: settle(() => void send(client, files)),
  });
}
