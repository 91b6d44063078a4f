import { test as base, expect } from "@playwright/test";
import * as tus from "tus-js-client";
import { Server } from "../server";

interface Fixtures {
  settings: Record<string, string>;
  server: Server;
}

/** Tests of tus-js-client in Node, each with its own server. */
export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.stop();
  },
});

export { expect };

type Source = ConstructorParameters<typeof tus.Upload>[0];

/** Uploads, and resolves with the finished upload. */
export function upload(source: Source, options: tus.UploadOptions): Promise<tus.Upload> {
  return new Promise((resolve, reject) => {
    const running: tus.Upload = new tus.Upload(source, {
      retryDelays: [0, 100, 200, 400, 800, 1000, 1000, 1000],
      ...options,
      onError: reject,
      onSuccess: () => resolve(running),
    });
    running.start();
  });
}

export function idOf(upload: tus.Upload): string {
  return upload.url?.split("/").at(-1) ?? "";
}

/** Memory stores upload URLs as a page does until it is closed. */
export class Memory implements tus.UrlStorage {
  private readonly stored = new Map<string, tus.PreviousUpload>();

  async findAllUploads() {
    return [...this.stored.values()];
  }

  async findUploadsByFingerprint(fingerprint: string) {
    return [...this.stored.values()].filter(({ urlStorageKey }) =>
      urlStorageKey.startsWith(`${fingerprint} `),
    );
  }

  async removeUpload(key: string) {
    this.stored.delete(key);
  }

  async addUpload(fingerprint: string, upload: tus.PreviousUpload) {
    const urlStorageKey = `${fingerprint} ${this.stored.size}`;
    this.stored.set(urlStorageKey, { ...upload, urlStorageKey });
    return urlStorageKey;
  }
}
