import Uppy, { type Meta } from "@uppy/core";
import Tus from "@uppy/tus";

// The one file that knows Uppy. It carries one file to the server, once: what comes when, and what is tried
// again, is the queue's to decide.

type Body = Record<string, never>;

/** A file to send, and where its upload is if it has begun already. */
export interface Cargo {
  endpoint: string;
  file: File;
  name: string;
  path: string;
  uploadUrl: string | null;
  /** Sends the bytes along with the creation, in one request. */
  whole: boolean;
}

/** What becomes of a file. After `done` or `failed` nothing more is reported. */
export interface Reports {
  /** Bytes sent to the server; it may not have stored them yet. */
  progress(sent: number, uploadUrl: string | null): void;
  /** Bytes that the server has stored, when an upload is resumed. */
  stored(offset: number): void;
  done(uploadUrl: string | null): void;
  failed(failure: Failure): void;
}

export interface Failure {
  /** The status of the server's answer, 0 without one. */
  status: number;
  text: string;
  /** Seconds after which the server asks to be tried again. */
  retryAfter: number | null;
}

const silent = { debug() {}, warn() {}, error() {} };

/**
 * Makes a slice of a whole file the file itself. The client slices before it sends, and the page would wait for
 * another process of the browser to register each slice, which takes longer than to send a small file.
 */
function wholeUncut(file: File): File {
  file.slice = (start = 0, end = file.size, type?: string) =>
    start === 0 && end === file.size ? file : File.prototype.slice.call(file, start, end, type);
  return file;
}

/** Sends a file. The returned function stops that; what the server has stays there. */
export function carry(cargo: Cargo, reports: Reports): () => void {
  const uppy = new Uppy<Meta, Body>({ id: "pawl", autoProceed: false, logger: silent });
  let over = false;
  const end = () => {
    over = true;
    const tus = uppy.getPlugin<Tus<Meta, Body>>("Tus");
    // Without its URL the plugin ends the request and leaves the upload on the server alone.
    for (const upload of Object.values(tus?.uploaders ?? {})) if (upload) upload.url = null;
    uppy.destroy();
  };

  uppy.use(Tus, {
    endpoint: cargo.endpoint,
    // One file has no turn to wait for; 0 would be no limit at all, and warns.
    limit: 1,
    retryDelays: [],
    // Where an upload is, is remembered with everything else about it.
    storeFingerprintForResuming: false,
    uploadUrl: cargo.uploadUrl,
    uploadDataDuringCreation: cargo.whole,
    onAfterResponse: (request, response) => {
      if (request.getMethod() !== "HEAD") return;
      const status = response.getStatus();
      // The client would take it for an upload that is gone, and begin a new one.
      if (status >= 500 || status === 429) throw new Error(`the server answered ${status}`);
      const offset = Number(response.getHeader("Upload-Offset"));
      if (status < 300 && !over) reports.stored(offset);
    },
    onShouldRetry: () => false,
  });
  uppy.on("upload-progress", (file, progress) => {
    if (file && !over)
      reports.progress(progress.bytesUploaded || 0, uppy.getFile(file.id)?.tus?.uploadUrl ?? null);
  });
  uppy.on("upload-success", (_, response) => {
    if (over) return;
    over = true;
    reports.done(response.uploadURL ?? null);
    // The plugin has something left to do with the file.
    setTimeout(end);
  });
  uppy.on("upload-error", (_, error, response) => {
    if (over) return;
    over = true;
    const xhr = (response?.body as { xhr?: XMLHttpRequest } | undefined)?.xhr;
    const retryAfter = Number(xhr?.getResponseHeader("Retry-After") ?? Number.NaN);
    reports.failed({
      status: response?.status ?? 0,
      text: xhr?.responseText || error.message,
      retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
    });
    setTimeout(end);
  });

  // A path is sent only if there is one: an absent one would arrive as the text "null".
  const meta = cargo.path === "" ? {} : { relativePath: cargo.path };
  uppy.addFile({
    name: cargo.name,
    type: cargo.file.type,
    data: wholeUncut(cargo.file),
    meta,
    source: "page",
  });
  void uppy.upload().catch(() => undefined);
  return () => {
    // The plugin knows its upload only a moment after it was asked for one.
    if (!over) {
      over = true;
      setTimeout(end);
    }
  };
}
