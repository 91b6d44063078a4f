import { once } from "node:events";
import { link, readdir, rename, rm, symlink } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { Server } from "./server";

/**
 * A server whose parts can be taken away for a while: its database, where that is a service, or else its
 * files. What it has in memory goes too, or it would need neither.
 */
export class Outage {
  private constructor(
    readonly server: Server,
    private readonly takeAway: () => Promise<() => Promise<void>>,
    readonly close: () => Promise<void>,
  ) {}

  static async prepare(): Promise<Outage> {
    const lines: Line[] = [];
    const server = await Server.start(async (place): Promise<Record<string, string>> => {
      const url = place.PAWL_DATABASE_URL;
      if (!url) return {};
      const line = await Line.open(new URL(url));
      lines.push(line);
      return { PAWL_DATABASE_URL: line.url };
    });
    const [line] = lines;
    const close = async () => {
      await server.stop();
      line?.close();
    };
    return new Outage(server, () => (line ? line.takeAway() : hideBlobs(server)), close);
  }

  /** Begins the outage; the returned function ends it. */
  async begin(): Promise<() => Promise<void>> {
    await this.server.kill();
    await this.server.up();
    return this.takeAway();
  }
}

/** Puts a link to itself where each blob is: a file that is there and cannot be opened. */
async function hideBlobs(server: Server): Promise<() => Promise<void>> {
  const folder = join(server.directory, "blobs");
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  const hidden = (path: string) => join(dirname(folder), `hidden-${paths.indexOf(path)}`);
  for (const path of paths) {
    await link(path, hidden(path));
    await rm(path);
    await symlink(path, path);
  }
  return async () => {
    for (const path of paths) await rename(hidden(path), path);
  };
}

/** The connections to a database. */
class Line {
  private readonly sockets = new Set<Socket>();
  private cut = false;
  private port = 0;
  private readonly listener = createServer((client) => {
    if (this.cut) {
      client.destroy();
      return;
    }
    const database = connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      this.sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });

  private constructor(private readonly target: URL) {}

  static async open(target: URL): Promise<Line> {
    const line = new Line(target);
    line.listener.listen(0, "127.0.0.1");
    await once(line.listener, "listening");
    line.port = (line.listener.address() as AddressInfo).port;
    return line;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async takeAway(): Promise<() => Promise<void>> {
    this.cut = true;
    for (const socket of this.sockets) socket.destroy();
    return async () => {
      this.cut = false;
    };
  }

  close() {
    this.listener.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
