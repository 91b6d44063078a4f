import type { QueryClient } from "@tanstack/react-query";
import { ApiError, api, mostAtOnce, sentence } from "@/shared/api/client";
import type { Deletion, StoredFile } from "@/shared/api/types";
import { count, plural } from "@/shared/format/bytes";
import { visibleName } from "@/shared/format/name";
import { toast } from "@/shared/ui/Toasts";
import { forget, hide, isForgotten, restore } from "./hidden";
import { remove } from "./placement";
import { editLists } from "./useFiles";
import { countOut } from "./useTotals";

// Deleting is final on the server, so a deletion is sent when its time to undo is over, or when the page closes
// before. Its one request is made to outlive the page, and the server deletes all of it or nothing.

/** How long a deletion can be undone, in milliseconds. */
const grace = 6000;

/** Toasts that stay until they are taken away. */
const always = 2 ** 31 - 1;

/** The ids that requests of a closing page can carry together: browsers set them a limit of 64 KiB. */
const mostKept = 1600;

interface Waiting {
  client: QueryClient;
  files: StoredFile[];
  dismiss: () => void;
}

/** Deletions that can still be undone. */
const waiting = new Set<Waiting>();
/** How many ids are under way in requests that outlive the page. */
let kept = 0;

/** Whether so many files are deleted at once, with no time to undo; people are asked before. */
export function isFinal(files: number): boolean {
  const before = [...waiting].reduce((sum, { files }) => sum + files.length, kept);
  return files > mostAtOnce || before + files > mostKept;
}

/** Takes files off the lists, and off the server once nobody has undone it. */
export function deleteFiles(client: QueryClient, files: StoredFile[]) {
  if (files.length === 0) return;
  hide(files);
  if (isFinal(files.length)) {
    void send(client, files, false);
    return;
  }
  const deletion: Waiting = { client, files, dismiss: () => {} };
  waiting.add(deletion);
  deletion.dismiss = toast({
    message: `Deleting ${things(files)}`,
    stays: grace,
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
  // All requests have to be begun here: nothing that waits for an answer still runs when the page is gone.
  for (const { client, files } of together(all)) void send(client, files, true);
});

/** As few requests as do for some deletions, none of which is cut. */
function together(all: Waiting[]): Pick<Waiting, "client" | "files">[] {
  const requests: Pick<Waiting, "client" | "files">[] = [];
  for (const { client, files } of all) {
    const last = requests.at(-1);
    if (last && last.files.length + files.length <= mostAtOnce) last.files.push(...files);
    else requests.push({ client, files: [...files] });
  }
  return requests;
}

/** What the server has done of a deletion. */
interface Result {
  deleted: number;
  refused: Deletion[];
  error: unknown;
  stopped: boolean;
}

/**
 * Deletes files on the server and says what became of it. What `outlives` the page is at most `mostKept` files; else
 * the browser asks before the page is closed.
 */
async function send(client: QueryClient, files: StoredFile[], outlives: boolean) {
  const result: Result = { deleted: 0, refused: [], error: null, stopped: false };
  const progress = showProgress(files.length, () => {
    result.stopped = true;
  });
  const release = outlives ? keep(files.length) : askBeforeLeaving();
  for (let at = 0; at < files.length && !result.stopped && result.error === null; at += mostAtOnce) {
    progress.at(at);
    try {
      const batch = files.slice(at, at + mostAtOnce).map((file) => file.id);
      note(client, files, await api.remove(batch, outlives), result);
    } catch (error) {
      result.error = error;
    }
  }
  release();
  progress.end();
  restore(files);
  report(client, files, result);
}

/** Takes what is deleted off the lists for good. */
function note(client: QueryClient, files: StoredFile[], items: Deletion[], result: Result) {
  // What is gone already need not be deleted any more.
  const gone = items.filter((item) => item.deleted || item.code === "not_found" || item.code === "gone");
  const ids = new Set(gone.map((item) => item.id));
  result.deleted += ids.size;
  result.refused.push(...items.filter((item) => !ids.has(item.id)));
  editLists(client, (pages) => remove(ids, pages));
  countOut(
    client,
    files.filter((file) => ids.has(file.id)),
  );
  forget(ids);
}

function keep(files: number): () => void {
  kept += files;
  return () => {
    kept -= files;
  };
}

function askBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
}

/** Says how far a deletion is that takes a while. */
function showProgress(total: number, stop: () => void) {
  const several = total > mostAtOnce;
  let dismiss = () => {};
  const say = (done: number) => {
    dismiss();
    const how = several ? `${count(done)} of ${plural(total, "file")}` : plural(total, "file");
    const action = several ? { label: "Stop", run: stop } : undefined;
    dismiss = toast({ message: `Deleting ${how}…`, stays: always, action });
  };
  // A quick answer needs no words before it.
  let timer = setTimeout(() => say(0), several ? 0 : 500);
  return {
    at: (done: number) => {
      if (done === 0) return;
      clearTimeout(timer);
      timer = setTimeout(() => say(done), 0);
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
    toast({ message: `${things(files)} deleted` });
    return;
  }
  if (stopped && refused.length === 0 && error === null) {
    toast({ message: `${plural(deleted, "file")} deleted, ${count(left)} kept` });
    return;
  }
  const done = deleted > 0 ? `${plural(deleted, "file")} deleted. ` : "";
  const what =
    files.length === 1 ? `${things(files)} was` : `${plural(left, "file")} ${left === 1 ? "was" : "were"}`;
  toast({
    message: `${done}${what} not deleted. ${reason(refused, error)}`,
    tone: "danger",
    stays: 15_000,
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
  return reasons.size > 1 ? `${sentence(first)} Others have other reasons.` : sentence(first);
}

/** "“plan.pdf”", "600 files". */
function things(files: StoredFile[]): string {
  const [first] = files;
  return files.length === 1 && first ? `“${visibleName(first.name)}”` : plural(files.length, "file");
}
