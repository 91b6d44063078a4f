import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, downloadUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { count } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { toast } from "@/shared/ui/Toasts";
import { replace } from "./placement";
import { editLists, showFile } from "./useFiles";

/** The address of a file that others can open. */
export function linkTo(file: StoredFile): string {
  return `${window.location.origin}/files/${file.id}`;
}

export async function copyLinks(files: StoredFile[]) {
  const text = files.map(linkTo).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    toast({ message: files.length === 1 ? "Link copied" : `${count(files.length)} links copied` });
  } catch {
    // Without HTTPS, or when it is not allowed, the clipboard is closed: the link can still be taken by hand.
    window.prompt("Copy this link", text);
  }
}

/** How many files the browser is asked to save one after the other. */
export const mostDownloads = 50;

/** Lets the browser save the files, one after the other. */
export async function downloadFiles(files: StoredFile[]) {
  for (const file of files) {
    const link = document.createElement("a");
    link.href = downloadUrl(file.id);
    link.download = visibleName(file.name);
    link.click();
    // Browsers drop all but the last of several downloads that start at once.
    if (files.length > 1) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Renames at once on the page and takes it back when the server refuses. */
export function useRename() {
  const client = useQueryClient();
  const show = (file: StoredFile) => {
    editLists(client, (pages) => replace(new Map([[file.id, file]]), pages));
    showFile(client, file);
  };
  return useMutation({
    mutationFn: ({ file, name }: { file: StoredFile; name: string }) => api.rename(file.id, name),
    onMutate: ({ file, name }) => show({ ...file, name }),
    onSuccess: show,
    onError: (error, { file }) => {
      show(file);
      const why = error instanceof ApiError ? error.message : "Try again.";
      toast({ message: `“${visibleName(file.name)}” keeps its name. ${why}`, tone: "danger", stays: 8000 });
    },
  });
}
