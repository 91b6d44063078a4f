import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, downloadUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { count } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { toast } from "@/shared/ui/Toasts";
import { replace } from "./placement";
import { editLists, showFile } from "./useFiles";

/** Returns the URL of a file for other people. */
export function linkTo(file: StoredFile): string {
  return `${window.location.origin}/files/${file.id}`;
}

export async function copyLinks(files: StoredFile[]) {
  const text = files.map(linkTo).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    toast({ message: files.length === 1 ? "Link copied" : `${count(files.length)} links copied` });
  } catch {
    // Without HTTPS, or without permission, the clipboard is not available. People can copy from the prompt.
    window.prompt("Copy this link", text);
  }
}

/** The most files that are downloaded one after the other. */
export const maxDownloads = 50;

/** Downloads the files one after the other. */
export async function downloadFiles(files: StoredFile[]) {
  for (const file of files) {
    const link = document.createElement("a");
    link.href = downloadUrl(file.id);
    link.download = visibleName(file.name);
    link.click();
    // Of several downloads that start at the same time browsers keep only the last.
    if (files.length > 1) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Renames a file optimistically: the page shows the new name at once, and the old one again if that fails. */
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
      toast({
        message: `“${visibleName(file.name)}” was not renamed. ${why}`,
        tone: "danger",
        duration: 8000,
      });
    },
  });
}
