import type { QueryClient } from "@tanstack/react-query";
import { ApiError, api, maxBatch, sentence } from "@/shared/api/client";
import type { Deletion, FilesFilter, StoredFile } from "@/shared/api/types";
import { count, plural } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { toast } from "@/shared/ui/Toasts";
import { forget, hide, isForgotten, restore } from "./hidden";
import { remove } from "./placement";
import { editLists } from "./useFiles";
import { subtractDeleted } from "./useTotals";

// A deletion is final on the server. It is sent when it can no longer be undone, or earlier when the page is closed.
// It is one request that outlives the page, and the server deletes all of its files or none.

/** How long a deletion can be undone, in milliseconds. */
const undoTimeout = 6000;

/** The duration of toasts that stay until they are dismissed, in milliseconds. */
const forever = 2 ** 31 - 1;

/** The most ids in all keepalive requests together, whose bodies browsers limit to 64 KiB. */
const maxKeepalive = 1600;

interface Waiting {
  client: QueryClient;
  files: StoredFile[];
  dismiss: () => void;
}

/** Deletions that can still be undone. */
const waiting = new Set<Waiting>();
/** The number of ids in pending keepalive requests. */
let keepalive = 0;

/** Reports whether deleting so many files can't be undone, and needs a confirmation. */
export function isFinal(files: number): boolean {
  const before = [...waiting].reduce((sum, { files }) => sum + files.length, keepalive);
  return files > maxBatch || before + files > maxKeepalive;
}

/**
 * Removes files from the lists, and deletes them on the server unless that is undone. `filter` is that of the list in
 * which they were selected.
 */
export function deleteFiles(client: QueryClient, files: StoredFile[], filter?: FilesFilter) {
  if (files.length === 0) return;
  hide(files, filter);
  if (isFinal(files.length)) {
    void send(client, files, false);
    return;
  }
  const deletion: Waiting = { client, files, dismiss: () => {} };
  waiting.add(deletion);
  deletion.dismiss = toast({
    message: `Deleting ${nameOrCount(files)}`,
    duration: undoTimeout,
    action: {
      label: "Undo",
      run: () => {
        waiting.delete(deletion);
        restore(files);
      },
    },
    onGone: () => {
      waiting.delete(deletion);
      void send(client, files, true);
    },
  });
}

window.addEventListener("pagehide", () => {
  const all = [...waiting];
  waiting.clear();
  for (const { dismiss } of all) dismiss();
  // All requests have to start synchronously, because no code runs when the page is gone.
  for (const { client, files } of merge(all)) void send(client, files, true);
});

/** Merges deletions into as few requests as possible, without splitting any of them. */
function merge(all: Waiting[]): Pick<Waiting, "client" | "files">[] {
  const requests: Pick<Waiting, "client" | "files">[] = [];
  for (const { client, files } of all) {
    const last = requests.at(-1);
    if (last && last.files.length + files.length <= maxBatch) last.files.push(...files);
    else requests.push({ client, files: [...files] });
  }
  return requests;
}

/** The result of a deletion. */
interface Result {
  deleted: number;
  refused: Deletion[];
  error: unknown;
  stopped: boolean;
}

/**
 * Deletes files on the server and reports the result in a toast. With `outlives` the requests outlive the page, for at
 * most `maxKeepalive` files; otherwise the browser asks before the page is closed.
 */
async function send(client: QueryClient, files: StoredFile[], outlives: boolean) {
  const result: Result = { deleted: 0, refused: [], error: null, stopped: false };
  const progress = showProgress(files.length, () => {
    result.stopped = true;
  });
  const release = outlives ? countKeepalive(files.length) : askBeforeLeaving();
  for (let at = 0; at < files.length && !result.stopped && result.error === null; at += maxBatch) {
    progress.at(at);
    try {
      const batch = files.slice(at, at + maxBatch).map((file) => file.id);
      addResults(client, await api.remove(batch, outlives), result);
    } catch (error) {
      result.error = error;
    }
  }
  release();
  progress.end();
  restore(files);
  report(client, files, result);
}

/** Adds the results of one request, and removes deleted files from the lists for good. */
function addResults(client: QueryClient, items: Deletion[], result: Result) {
  // Files that no longer exist count as deleted.
  const gone = items.filter((item) => item.deleted || item.code === "not_found" || item.code === "gone");
  const ids = new Set(gone.map((item) => item.id));
  result.deleted += ids.size;
  result.refused.push(...items.filter((item) => !ids.has(item.id)));
  subtractDeleted(client, ids);
  editLists(client, (pages) => remove(ids, pages));
  forget(ids);
}

function countKeepalive(files: number): () => void {
  keepalive += files;
  return () => {
    keepalive -= files;
  };
}

function askBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
}

/** Shows the progress of a deletion that takes a while. */
function showProgress(total: number, stop: () => void) {
  const several = total > maxBatch;
  let dismiss = () => {};
  const update = (done: number) => {
    dismiss();
    const how = several ? `${count(done)} of ${plural(total, "file")}` : plural(total, "file");
    const action = several ? { label: "Stop", run: stop } : undefined;
    dismiss = toast({ message: `Deleting ${how}…`, duration: forever, action });
  };
  // A short deletion needs no progress.
  let timer = setTimeout(() => update(0), several ? 0 : 500);
  return {
    at: (done: number) => {
      if (done === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => update(done), 0);
    },
    end: () => {
      clearTimeout(timer);
      dismiss();
    },
  };
}

function report(client: QueryClient, files: StoredFile[], { deleted, refused, error, stopped }: Result) {
  const left = files.length - deleted;
  if (left === 0) {
    toast({ message: `${nameOrCount(files)} deleted` });
    return;
  }
  if (stopped && refused.length === 0 && error === null) {
    toast({ message: `${plural(deleted, "file")} deleted, ${count(left)} kept` });
    return;
  }
  const done = deleted > 0 ? `${plural(deleted, "file")} deleted. ` : "";
  const what =
    files.length === 1
      ? `${nameOrCount(files)} was`
      : `${plural(left, "file")} ${left === 1 ? "was" : "were"}`;
  toast({
    message: `${done}${what} not deleted. ${reason(refused, error)}`,
    tone: "danger",
    duration: 15_000,
    action:
      error === null
        ? undefined
        : {
            label: "Try again",
            run: () =>
              deleteFiles(
                client,
                files.filter((file) => !isForgotten(file.id)),
              ),
          },
  });
}

function reason(refused: Deletion[], error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error !== null) return "Something unexpected went wrong on this page.";
  const reasons = new Set(refused.map((item) => item.detail ?? "").filter((detail) => detail !== ""));
  const [first] = reasons;
  if (!first) return "";
  return reasons.size > 1 ? `${sentence(first)} Other files failed for other reasons.` : sentence(first);
}

/** Returns the name of a single file, or the number of files: "“plan.pdf”", "600 files". */
function nameOrCount(files: StoredFile[]): string {
  const [first] = files;
  return files.length === 1 && first ? `“${visibleName(first.name)}”` : plural(files.length, "file");
}
