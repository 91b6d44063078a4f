import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from "node:net";

/**
 * A way to the server that stops where a test wants it to: it lets a number of bytes of uploads through
 * and holds the rest back, so that "half-way" is a place and not a matter of timing.
 */
export class Gate {
  private readonly sockets = new Set<Socket>();
  private readonly held = new Map<Socket, () => void>();
  private port = 0;
  private allowance = Number.POSITIVE_INFINITY;

  private constructor(
    private readonly listener: NetServer,
    private readonly target: URL,
  ) {}

  static async open(target: string): Promise<Gate> {
    const listener = createServer();
    const gate = new Gate(listener, new URL(target));
    listener.on("connection", (client) => gate.join(client));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    gate.port = (listener.address() as AddressInfo).port;
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Lets this many more bytes of uploads through, then holds them. */
  holdAfter(bytes: number) {
    this.allowance = bytes;
  }

  /** Lets everything through. */
  release() {
    this.allowance = Number.POSITIVE_INFINITY;
    const held = [...this.held.values()];
    this.held.clear();
    for (const goOn of held) goOn();
  }

  /** Breaks the connections there are. What they held back is lost, as on a line that goes dead. */
  cut() {
    this.held.clear();
    for (const socket of this.sockets) socket.destroy();
  }

  /** Breaks all connections and takes no new ones. */
  close() {
    this.listener.close();
    this.cut();
  }

  /** Opens again where it was. */
  async reopen() {
    this.release();
    this.listener.listen(this.port, "127.0.0.1");
    await once(this.listener, "listening");
  }

  private join(client: Socket) {
    const server = connect(Number(this.target.port), this.target.hostname);
    let upload = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.sockets.delete(socket);
        this.held.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (chunk: Buffer) => {
      const method = /^([A-Z]{3,7}) \//.exec(chunk.subarray(0, 12).toString("latin1"))?.[1];
      if (method) upload = method === "PATCH";
      if (!upload || chunk.length <= this.allowance) {
        if (upload) this.allowance -= chunk.length;
        server.write(chunk);
        return;
      }
      const passed = this.allowance;
      this.allowance = 0;
      server.write(chunk.subarray(0, passed));
      client.pause();
      this.held.set(client, () => {
        server.write(chunk.subarray(passed));
        client.resume();
      });
    });
    server.on("data", (chunk) => client.write(chunk));
  }
}
