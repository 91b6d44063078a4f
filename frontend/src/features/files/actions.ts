import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError, api, contentUrl } from "@/shared/api/client";
import type { StoredFile } from "@/shared/api/types";
import { toast } from "@/shared/ui/Toasts";
import { replaceIn } from "./placement";
import { editLists } from "./useFiles";

/** The address of a file that others can open. */
export function linkTo(file: StoredFile): string {
  return `${window.location.origin}/files/${file.id}`;
}

export async function copyLinks(files: StoredFile[]) {
  const text = files.map(linkTo).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    toast({ message: files.length === 1 ? "Link copied" : `${files.length} links copied` });
  } catch {
    // Without HTTPS, or when it is not allowed, the clipboard is closed: the link can still be taken by hand.
    window.prompt("Copy this link", text);
  }
}

/** Lets the browser save the files, one after the other. */
export async function downloadFiles(files: StoredFile[]) {
  for (const file of files) {
    const link = document.createElement("a");
    link.href = contentUrl(file.id, true);
    link.download = file.name;
    link.click();
    // Browsers drop all but the last of several downloads that start at once.
    if (files.length > 1) await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Renames at once on the page and takes it back when the server refuses. */
export function useRename() {
  const client = useQueryClient();
  const show = (file: StoredFile) => {
    editLists(client, (pages) => replaceIn(file, pages));
    client.setQueryData(["file", file.id], file);
  };
  return useMutation({
    mutationFn: ({ file, name }: { file: StoredFile; name: string }) => api.rename(file.id, name),
    onMutate: ({ file, name }) => show({ ...file, name }),
    onSuccess: show,
    onError: (error, { file }) => {
      show(file);
      const why = error instanceof ApiError ? error.message : "Try again.";
      toast({ message: `“${file.name}” keeps its name. ${why}`, tone: "danger", stays: 8000 });
    },
  });
}
