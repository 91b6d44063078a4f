import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.PAWL_BIN ?? new URL("../../bin/pawl", import.meta.url).pathname;

/** A real server on a free port of this machine, with a data directory of its own. */
export class Server {
  private child: ChildProcess | null = null;
  private port = 0;
  private log = "";

  private constructor(
    private readonly directory: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** Starts a server; `settings` are its PAWL_* variables. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "pawl-e2e-")), settings);
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get endpoint(): string {
    return `${this.url}/files/`;
  }

  /** Starts the process, after the first time on the same port and data. */
  async up() {
    const child = spawn(binary, ["serve"], {
      env: {
        PATH: process.env.PATH,
        PAWL_LISTEN: `127.0.0.1:${this.port}`,
        PAWL_DATA_DIR: this.directory,
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
        const url = /"msg":"Pawl is ready","url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(this.log);
        if (!url) return;
        this.port = Number(url[1]);
        resolve();
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
    });
    this.log = "";
  }

  /** Ends the process without a chance to tidy up. */
  async kill() {
    await this.end("SIGKILL");
  }

  async stop() {
    await this.end("SIGTERM");
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
