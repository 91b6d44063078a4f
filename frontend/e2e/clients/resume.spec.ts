import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { downloadedHash, list, MiB, random, sha256, uploadsOf, withFiles } from "../files";
import { FaultProxy } from "../proxy";
import type { Server } from "../server";
import { expect, idOf, test, upload } from "./fixtures";

const sender = new URL("sender.mjs", import.meta.url).pathname;

/** A client in its own process, with its output. */
class Sender {
  readonly offsets: number[] = [];
  done = "";
  private readonly child: ChildProcess;
  private readonly gone: Promise<unknown>;

  constructor(server: Server, file: string, store: string) {
    const child = spawn(process.execPath, [sender, file, server.endpoint, store], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    this.gone = once(child, "exit");
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [what, value = ""] = line.split(" ");
      if (what === "PATCH") this.offsets.push(Number(value));
      if (what === "DONE") this.done = value;
    });
  }

  /** Waits until the client sends from at least this offset. */
  async reaches(bytes: number) {
    await expect.poll(() => this.offsets.at(-1) ?? 0, { intervals: [5] }).toBeGreaterThanOrEqual(bytes);
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.gone;
  }

  async ends() {
    await this.gone;
    expect(this.child.exitCode).toBe(0);
  }
}

test("a killed client resumes from the server's offset", async ({ server }) => {
  const data = random(24 * MiB);
  await withFiles({ "large.bin": data }, async ([file = ""], folder) => {
    const store = join(folder, "urls.json");
    const first = new Sender(server, file, store);
    await first.reaches(4 * MiB);
    await first.kill();
    expect(first.done).toBe("");

    const second = new Sender(server, file, store);
    await second.ends();
    expect(second.offsets[0]).toBeGreaterThanOrEqual(4 * MiB);
    const [only] = await list(server);
    expect(await downloadedHash(server, only?.id ?? "")).toBe(sha256(data));
    expect(await uploadsOf(server)).toEqual([]);
  });
});

test("a client resumes after the server was killed and restarted", async ({ server }) => {
  const data = random(24 * MiB);
  await withFiles({ "large.bin": data }, async ([file = ""], folder) => {
    const client = new Sender(server, file, join(folder, "urls.json"));
    await client.reaches(4 * MiB);
    await server.kill();
    const before = client.offsets.length;
    await server.up();
    await client.ends();
    // Nothing is sent from the beginning after the restart.
    expect(client.offsets[before] ?? data.length).toBeGreaterThanOrEqual(4 * MiB - 256 * 1024);
    const [only] = await list(server);
    expect(await downloadedHash(server, only?.id ?? "")).toBe(sha256(data));
  });
});

test("a large request that a killed server has cut is resumed", async ({ server }) => {
  const data = random(48 * MiB);
  const proxy = await FaultProxy.start(server.url);
  proxy.holdAfter(24 * MiB);
  const offsets: number[] = [];
  const uploading = upload(data, {
    endpoint: `${proxy.url}/files/`,
    onBeforeRequest: (request) => {
      if (request.getMethod() === "PATCH") offsets.push(Number(request.getHeader("Upload-Offset")));
    },
  });
  const stored = async () => (await uploadsOf(server))[0]?.offset ?? 0;
  await expect.poll(stored, { timeout: 20_000 }).toBeGreaterThan(23 * MiB);
  await server.kill();
  await server.up();
  proxy.release();
  const done = await uploading;
  proxy.close();
  expect(offsets[0]).toBe(0);
  expect(offsets.at(-1), "it was resumed from what was stored").toBeGreaterThan(23 * MiB);
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  expect(await list(server)).toHaveLength(1);
});

test("parallel parts are resumed after the server was killed and restarted", async ({ server }) => {
  const data = random(24 * MiB);
  let killed: Promise<void> | undefined;
  const done = await upload(data, {
    endpoint: server.endpoint,
    parallelUploads: 3,
    chunkSize: MiB,
    onProgress: (sent) => {
      if (sent > 8 * MiB) killed ??= server.kill().then(() => server.up());
    },
  });
  await killed;
  expect(await downloadedHash(server, idOf(done))).toBe(sha256(data));
  expect(await list(server)).toHaveLength(1);
});
