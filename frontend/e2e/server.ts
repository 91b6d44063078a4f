import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.PAWL_BIN ?? new URL("../../bin/pawl", import.meta.url).pathname;

/** The URL that provides PostgreSQL databases and S3 buckets; without it servers use SQLite and a directory. */
const services = process.env.PAWL_TEST_SERVICES;

type Settings = Record<string, string>;

/** Returns the settings of a new directory, or database and bucket, for one server. */
async function allocate(directory: string): Promise<Settings> {
  if (!services) return { PAWL_DATA_DIR: directory };
  const answer = await fetch(services, { method: "POST" });
  if (!answer.ok) throw new Error(`no database and bucket: ${await answer.text()}`);
  return (await answer.json()) as Settings;
}

/** Server is a Pawl process on a free port, with its own data. */
export class Server {
  private child: ChildProcess | null = null;
  private port = 0;
  private log = "";

  private constructor(
    readonly directory: string,
    private readonly settings: Settings,
  ) {}

  /**
   * Starts a server. `settings` are additional PAWL_* variables, or a function that returns them for those of its
   * storage.
   */
  static async start(settings: Settings | ((storage: Settings) => Promise<Settings>) = {}): Promise<Server> {
    const directory = await mkdtemp(join(tmpdir(), "pawl-e2e-"));
    const storage = await allocate(directory);
    const more = typeof settings === "function" ? await settings(storage) : settings;
    const server = new Server(directory, { ...storage, ...more });
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get endpoint(): string {
    return `${this.url}/files/`;
  }

  /** Starts the process, again with the same port and data if it was stopped. */
  async up() {
    const child = spawn(binary, ["serve"], {
      cwd: this.directory,
      env: {
        PATH: process.env.PATH,
        PAWL_LISTEN: `127.0.0.1:${this.port}`,
        PAWL_LOG_FORMAT: "json",
        ...this.settings,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`pawl ended with ${code}:\n${this.log}`)));
      const read = (data: Buffer) => {
        this.log += data;
        const url = /"msg":"Pawl is ready",.*"listen":"127\.0\.0\.1:(\d+)"/.exec(this.log);
        if (!url) return;
        this.port = Number(url[1]);
        resolve();
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
    });
    this.log = "";
  }

  /** Kills the process. */
  async kill() {
    await this.end("SIGKILL");
  }

  /** Shuts the process down gracefully. */
  async drain() {
    await this.end("SIGTERM");
  }

  async stop() {
    await this.drain();
    const left = await readdir(this.directory);
    if (services && left.length > 0) throw new Error(`the server left ${left} in its working directory`);
    await rm(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals) {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.removeAllListeners("exit");
    const gone = once(child, "exit");
    child.kill(signal);
    const last = setTimeout(() => child.kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(last);
  }
}
