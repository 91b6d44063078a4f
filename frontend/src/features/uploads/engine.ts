import Uppy, { type Meta, type UppyFile } from "@uppy/core";
import GoldenRetriever from "@uppy/golden-retriever";
import Tus from "@uppy/tus";

// The one file that knows Uppy. Everything else speaks of keys, bytes and words.

type Body = Record<string, never>;
type EngineFile = UppyFile<Meta, Body> & { tus?: { uploadUrl?: string | null } };

/** A transfer that an earlier page has left; `lost` when its bytes must be chosen again. */
export interface Restored {
  key: string;
  name: string;
  size: number;
  type: string;
  path: string;
  sent: number;
  uploadUrl: string | null;
  lost: boolean;
  file: File | null;
}

/** What the engine tells. `final` failures were the server's decision. */
export interface Reports {
  restored(items: Restored[]): void;
  progress(key: string, sent: number, uploadUrl: string | null): void;
  retrying(key: string, delay: number | null, status: number | null): void;
  done(key: string, uploadUrl: string | null): void;
  failed(key: string, failure: { status: number; text: string }): void;
}

export interface Engine {
  add(file: File, path: string): string;
  start(): void;
  setPaused(key: string, paused: boolean): void;
  /** Gives a restored transfer its bytes back, if it needs them, and goes on with it. */
  goOn(key: string, file: File | null): void;
  cancel(key: string): void;
}

interface EngineOptions {
  endpoint: string;
  reports: Reports;
  /** Whether this page brings back what an earlier one has left: only one open page may. */
  recovers: boolean;
}

/**
 * Three at once leave room for the event stream and the lists: over HTTP/1.1 a browser opens only six
 * connections to one server.
 */
const atOnce = 3;

/** From half a second to 15 s, for an hour without any progress; the count begins anew with each byte stored. */
const retryDelays = [500, 1000, 2000, 4000, 8000, ...Array<number>(240).fill(15_000)];

/** Files up to this size are kept by the browser until they are uploaded. */
const keptSize = 32 * 1024 * 1024;
const keptFor = 7 * 24 * 3600 * 1000;
/** The plugin hands these to its store; its types know only the store's name. */
const kept = { maxFileSize: keptSize, maxTotalSize: 10 * keptSize, expires: keptFor };

const silent = { debug() {}, warn() {}, error() {} };

export function createEngine({ endpoint, reports, recovers }: EngineOptions): Engine {
  const uppy = new Uppy<Meta, Body>({ id: "pawl", autoProceed: false, logger: silent });
  // Which file a request of the tus client belongs to: its retry hook is told only the request.
  const owners = new WeakMap<object, string>();
  const get = (key: string) => uppy.getFile(key) as EngineFile | undefined;
  const start = () => void uppy.upload().catch(() => undefined);
  // The tus plugin must let go of a file first, or removing it would delete the upload on the server.
  const letGo = (key: string) => setTimeout(() => get(key) && uppy.removeFile(key));

  const goOn = (key: string, data: File | null) => {
    const file = get(key);
    if (!file) return;
    const progress = { ...file.progress, uploadStarted: null };
    uppy.setFileState(key, { progress, isPaused: false, isGhost: false, ...(data ? { data } : {}) } as never);
    start();
  };

  uppy.use(Tus, {
    endpoint,
    limit: atOnce,
    retryDelays,
    // Else the same file sent again would be taken for the former upload, and no new one would appear.
    removeFingerprintOnSuccess: true,
    onBeforeRequest: (request, file) => void owners.set(request, file.id),
    onShouldRetry: (error, attempt, options, standard) => {
      const request = "originalRequest" in error ? error.originalRequest : null;
      const response = "originalResponse" in error ? error.originalResponse : null;
      const status = response?.getStatus() ?? null;
      // A full server does not get emptier by asking.
      const again = status !== 507 && standard(error);
      const key = request ? owners.get(request) : undefined;
      if (again && key)
        reports.retrying(key, navigator.onLine ? (options.retryDelays?.[attempt] ?? 0) : null, status);
      return again;
    },
  });

  uppy.on("upload-progress", (file, progress) => {
    if (file) reports.progress(file.id, progress.bytesUploaded || 0, get(file.id)?.tus?.uploadUrl ?? null);
  });
  uppy.on("upload-success", (file, response) => {
    if (!file) return;
    reports.done(file.id, response.uploadURL ?? null);
    letGo(file.id);
  });
  uppy.on("upload-error", (file, error, response) => {
    if (!file) return;
    const xhr = (response?.body as { xhr?: XMLHttpRequest } | undefined)?.xhr;
    reports.failed(file.id, { status: response?.status ?? 0, text: xhr?.responseText || error.message });
    // Kept, it would be sent again with the next file that is added.
    letGo(file.id);
  });
  uppy.on("restored", () => {
    const files = uppy.getFiles() as EngineFile[];
    // Its batches would start lost files too; each one is started on its own instead.
    uppy.setState({ currentUploads: {}, recoveredState: null });
    for (const file of files.filter((f) => f.progress.uploadComplete)) uppy.removeFile(file.id);
    const left = files.filter((f) => !f.progress.uploadComplete).map(describe);
    reports.restored(left);
    for (const { key, lost } of left) if (!lost) goOn(key, null);
  });
  if (recovers) {
    uppy.use(GoldenRetriever, { expires: keptFor, indexedDB: kept as object });
  }

  return {
    add(file, path) {
      // A path is sent only if there is one: an absent one would arrive as the text "null".
      const meta = path === "" ? {} : { relativePath: path };
      return uppy.addFile({ name: file.name, type: file.type, data: file, meta, source: "page" });
    },
    start,
    setPaused(key, paused) {
      const file = get(key);
      if (file && Boolean(file.isPaused) !== paused) uppy.pauseResume(key);
    },
    goOn,
    cancel(key) {
      const file = get(key);
      if (!file) return;
      const url = file.tus?.uploadUrl;
      const running = Object.values(uppy.getState().currentUploads).some((u) => u.fileIDs.includes(key));
      uppy.removeFile(key);
      if (!running && url) {
        void fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => undefined);
      }
    },
  };
}

function describe(file: EngineFile): Restored {
  const path = file.meta.relativePath;
  return {
    key: file.id,
    name: file.name ?? "unnamed",
    size: file.size ?? 0,
    type: file.type ?? "",
    path: typeof path === "string" ? path : "",
    sent: file.progress.bytesUploaded || 0,
    uploadUrl: file.tus?.uploadUrl ?? null,
    lost: Boolean(file.isGhost),
    file: file.data instanceof File ? file.data : null,
  };
}
