// A client that can be killed: it uploads FILE to ENDPOINT in small chunks, stores the upload URL in STORE, resumes an
// earlier upload if there is one, and prints each PATCH with its offset.
import { createReadStream } from "node:fs";
import { FileUrlStorage, Upload } from "tus-js-client";

const [file, endpoint, store] = process.argv.slice(2);

const upload = new Upload(createReadStream(file), {
  endpoint,
  chunkSize: 256 * 1024,
  retryDelays: [0, 100, 200, 400, 800, 1000, 1000, 1000],
  metadata: { filename: "Killed.bin" },
  urlStorage: new FileUrlStorage(store),
  onBeforeRequest: (request) => {
    if (request.getMethod() === "PATCH") console.log(`PATCH ${request.getHeader("Upload-Offset")}`);
  },
  onError: (error) => {
    console.error(error);
    process.exit(1);
  },
  onSuccess: () => console.log(`DONE ${upload.url}`),
});
const [former] = await upload.findPreviousUploads();
if (former) upload.resumeFromPreviousUpload(former);
upload.start();
