import Uppy, { type Meta } from "@uppy/core";
import Tus from "@uppy/tus";

// The only file that knows Uppy. It sends one file to the server once; the queue decides about order and retries.

type Body = Record<string, never>;

/** A file to send; `uploadUrl` is set if its upload was created before. */
export interface SendOptions {
  endpoint: string;
  file: File;
  name: string;
  path: string;
  uploadUrl: string | null;
  /** Sends the bytes along with the creation, in one request. */
  whole: boolean;
}

/** The callbacks of an upload. None is called after `done` or `failed`. */
export interface Listener {
  /** Reports the bytes sent, which the server may not have stored yet. */
  progress(sent: number, uploadUrl: string | null): void;
  /** Reports the server's offset when an upload is resumed. */
  resumed(offset: number): void;
  done(uploadUrl: string | null): void;
  failed(failure: Failure): void;
}

export interface Failure {
  /** The status of the response, 0 without one. */
  status: number;
  text: string;
  /** The seconds of the Retry-After header, null without one. */
  retryAfter: number | null;
}

const silent = { debug() {}, warn() {}, error() {} };

/**
 * Makes the slice of a whole file the file itself. The client slices before it sends, and the page would wait for
 * another process of the browser to register each slice, which takes longer than sending a small file.
 */
function avoidWholeSlice(file: File): File {
  file.slice = (start = 0, end = file.size, type?: string) =>
    start === 0 && end === file.size ? file : File.prototype.slice.call(file, start, end, type);
  return file;
}

/** Sends a file. The returned function stops the upload; what the server has of it stays there. */
export function sendFile(options: SendOptions, listener: Listener): () => void {
  const uppy = new Uppy<Meta, Body>({ id: "pawl", autoProceed: false, logger: silent });
  let over = false;
  const end = () => {
    over = true;
    const tus = uppy.getPlugin<Tus<Meta, Body>>("Tus");
    // Without its URL the plugin aborts the request but does not terminate the upload on the server.
    for (const upload of Object.values(tus?.uploaders ?? {})) if (upload) upload.url = null;
    uppy.destroy();
  };

  uppy.use(Tus, {
    endpoint: options.endpoint,
    // There is only one file. 0 would mean no limit, and logs a warning.
    limit: 1,
    retryDelays: [],
    // The page stores upload URLs itself, with the rest of the transfer.
    storeFingerprintForResuming: false,
    uploadUrl: options.uploadUrl,
    uploadDataDuringCreation: options.whole,
    onAfterResponse: (request, response) => {
      if (request.getMethod() !== "HEAD") return;
      const status = response.getStatus();
      // The client would conclude that the upload is gone, and create another one.
      if (status >= 500 || status === 429) throw new Error(`the server answered ${status}`);
      const offset = Number(response.getHeader("Upload-Offset"));
      if (status < 300 && !over) listener.resumed(offset);
    },
    onShouldRetry: () => false,
  });
  uppy.on("upload-progress", (file, progress) => {
    if (file && !over)
      listener.progress(progress.bytesUploaded || 0, uppy.getFile(file.id)?.tus?.uploadUrl ?? null);
  });
  uppy.on("upload-success", (_, response) => {
    if (over) return;
    over = true;
    listener.done(response.uploadURL ?? null);
    // The plugin still uses the file after this event.
    setTimeout(end);
  });
  uppy.on("upload-error", (_, error, response) => {
    if (over) return;
    over = true;
    const xhr = (response?.body as { xhr?: XMLHttpRequest } | undefined)?.xhr;
    const retryAfter = Number(xhr?.getResponseHeader("Retry-After") ?? Number.NaN);
    listener.failed({
      status: response?.status ?? 0,
      text: xhr?.responseText || error.message,
      retryAfter: Number.isFinite(retryAfter) ? retryAfter : null,
    });
    setTimeout(end);
  });

  // Without a path the key is left out: null would arrive as the text "null".
  const meta = options.path === "" ? {} : { relativePath: options.path };
  uppy.addFile({
    name: options.name,
    type: options.file.type,
    data: avoidWholeSlice(options.file),
    meta,
    source: "page",
  });
  void uppy.upload().catch(() => undefined);
  return () => {
    if (over) return;
    over = true;
    // The plugin knows its upload only a moment after it was started.
    setTimeout(end);
  };
}
