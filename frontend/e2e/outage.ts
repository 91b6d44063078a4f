import { once } from "node:events";
import { link, readdir, rename, rm, symlink } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { Server } from "./server";

/**
 * Outage is a server that can lose access to its database for a while, or to its blobs if the database is embedded. The
 * server is restarted with the outage, so that it has nothing cached.
 */
export class Outage {
  private constructor(
    readonly server: Server,
    private readonly interrupt: () => Promise<() => Promise<void>>,
    readonly close: () => Promise<void>,
  ) {}

  static async prepare(): Promise<Outage> {
    const proxies: DatabaseProxy[] = [];
    const server = await Server.start(async (storage): Promise<Record<string, string>> => {
      const url = storage.PAWL_DATABASE_URL;
      if (!url) return {};
      const proxy = await DatabaseProxy.start(new URL(url));
      proxies.push(proxy);
      return { PAWL_DATABASE_URL: proxy.url };
    });
    const [proxy] = proxies;
    const close = async () => {
      await server.stop();
      proxy?.close();
    };
    return new Outage(server, () => (proxy ? proxy.interrupt() : hideBlobs(server)), close);
  }

  /** Begins the outage; the returned function ends it. */
  async begin(): Promise<() => Promise<void>> {
    await this.server.kill();
    await this.server.up();
    return this.interrupt();
  }
}

/** Replaces each blob by a symbolic link to itself: it exists but cannot be opened. */
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

/** DatabaseProxy is a TCP proxy in front of a database. */
class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private interrupted = false;
  private port = 0;
  private readonly listener = createServer((client) => {
    if (this.interrupted) {
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

  static async start(target: URL): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(target);
    proxy.listener.listen(0, "127.0.0.1");
    await once(proxy.listener, "listening");
    proxy.port = (proxy.listener.address() as AddressInfo).port;
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async interrupt(): Promise<() => Promise<void>> {
    this.interrupted = true;
    for (const socket of this.sockets) socket.destroy();
    return async () => {
      this.interrupted = false;
    };
  }

  close() {
    this.listener.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
