import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from "node:net";

/** A request, as described by its head. */
export interface Request {
  /** The method, or that of X-HTTP-Method-Override (tus 1.0). */
  readonly method: string;
  readonly path: string;
  /** The length of the body in bytes. */
  readonly size: number;
  /** The Upload-Offset, or 0. */
  readonly offset: number;
  readonly headers: ReadonlyMap<string, string>;
}

export type Matcher = (request: Request) => boolean;

/** What happens to a request in transit. The proxy forwards what a fault has left of the request when it returns. */
export type Fault = (exchange: Exchange) => Promise<void>;

type Moment = "sent" | "answered";

/**
 * FaultProxy is a proxy for HTTP/1.1 between a client and a server, which injects faults into single requests: those
 * of bad connections, gateways and phones. It can also hold the bytes of uploads back after a given number, so that
 * a test can stop an upload half-way without depending on timing.
 */
export class FaultProxy {
  /** All requests so far, in the order of their arrival. */
  readonly requests: Request[] = [];
  private readonly connections = new Set<Connection>();
  private faults: { fault: Fault; when: Matcher; skip: number; done: (request: Request) => void }[] = [];
  private waiters: { moment: Moment; when: Matcher; resolve: () => void }[] = [];
  private port = 0;
  private budget = Number.POSITIVE_INFINITY;
  private held: (() => void)[] = [];

  private constructor(
    private readonly listener: NetServer,
    readonly target: URL,
  ) {}

  static async start(target: string): Promise<FaultProxy> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new FaultProxy(listener, new URL(target));
    listener.on("connection", (client) => {
      const connection = new Connection(proxy, client);
      proxy.connections.add(connection);
      void connection.run();
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    proxy.port = (listener.address() as AddressInfo).port;
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get endpoint(): string {
    return `${this.url}/files/`;
  }

  /**
   * Injects a fault into the first request that matches, after `skip` others that do. Resolves with the request when
   * the fault is over.
   */
  inject(fault: Fault, when: Matcher, skip = 0): Promise<Request> {
    return new Promise((done) => this.faults.push({ fault, when, skip, done }));
  }

  /** The number of faults that no request has met with yet. */
  get pendingFaults(): number {
    return this.faults.length;
  }

  /** Resolves when the next request that matches was sent to the server, or when its response begins. */
  waitFor(moment: Moment, when: Matcher): Promise<void> {
    return new Promise((resolve) => this.waiters.push({ moment, when, resolve }));
  }

  /** Forwards this many more bytes of uploads, then holds them back. */
  holdAfter(bytes: number) {
    this.budget = bytes;
  }

  /** Forwards everything. */
  release() {
    this.budget = Number.POSITIVE_INFINITY;
    this.wake();
  }

  /** Returns the number of requests that match and are the last ones of open connections. */
  pending(when: Matcher): number {
    return [...this.connections].filter(({ pending }) => pending && when(pending)).length;
  }

  /** Makes all exchanges that are held back check again whether they may continue. */
  wake() {
    for (const resume of this.held.splice(0)) resume();
  }

  /** Breaks all connections. The bytes they hold back are lost. */
  disconnect() {
    for (const connection of this.connections) connection.destroy();
  }

  /** Breaks all connections and accepts no new ones. */
  close() {
    this.listener.close();
    this.disconnect();
  }

  /** Accepts connections again, on the same port. */
  async reopen() {
    this.release();
    this.listener.listen(this.port, "127.0.0.1");
    await once(this.listener, "listening");
  }

  /** Returns how many of these bytes of an upload may be forwarded; waits until it is one or more, or `aborted`. */
  async admit(bytes: number, aborted: () => boolean): Promise<number> {
    while (this.budget === 0 && !aborted()) await new Promise<void>((resume) => this.held.push(resume));
    if (aborted()) return bytes;
    const admitted = Math.min(bytes, this.budget);
    this.budget -= admitted;
    return admitted;
  }

  /** Records a request, and returns the fault for it, if any. */
  accept(request: Request): Fault | undefined {
    this.requests.push(request);
    const next = this.faults.find(({ when }) => when(request));
    if (!next || next.skip-- > 0) return undefined;
    this.faults = this.faults.filter((other) => other !== next);
    return (exchange) => next.fault(exchange).finally(() => next.done(request));
  }

  notify(moment: Moment, request: Request) {
    const matching = this.waiters.filter((waiter) => waiter.moment === moment && waiter.when(request));
    this.waiters = this.waiters.filter((waiter) => !matching.includes(waiter));
    for (const { resolve } of matching) resolve();
  }
}

class Closed extends Error {}

/** Connection is the connection of a client, with its connection to the server. */
class Connection {
  /** Whether responses are discarded. */
  muted = false;
  /** Whether the connection to the server outlives the client's. */
  detached = false;
  answered: Promise<void> = Promise.resolve();
  /** The last request, until the next one arrives or the connection is closed. */
  pending: Request | undefined;
  private hasAnswer = false;
  private onAnswer: () => void = () => undefined;
  private upstream: Socket | undefined;
  private unread: Buffer = Buffer.alloc(0);
  private readonly incoming: AsyncIterator<Buffer>;

  constructor(
    readonly proxy: FaultProxy,
    readonly client: Socket,
  ) {
    this.incoming = client.iterator({ destroyOnReturn: false });
    client.on("error", () => undefined);
    client.on("close", () => {
      this.pending = undefined;
      if (!this.detached) this.upstream?.destroy();
    });
  }

  /** Forwards one request after the other until the client closes the connection. */
  async run() {
    try {
      for (;;) await this.forward(await this.readHead());
    } catch (error) {
      if (!(error instanceof Closed)) throw error;
      if (!this.detached) this.upstream?.end();
    }
  }

  destroy() {
    this.client.destroy();
    this.upstream?.destroy();
  }

  /** The connection to the server, which is opened when it is first needed. */
  get server(): Socket {
    if (this.upstream) return this.upstream;
    const { port, hostname } = this.proxy.target;
    const server = connect({ port: Number(port), host: hostname, allowHalfOpen: true, noDelay: true });
    server.on("error", () => undefined);
    server.on("data", (chunk) => {
      this.hasAnswer = true;
      this.onAnswer();
      if (!this.muted) this.client.write(chunk);
    });
    server.on("end", () => server.end());
    server.on("close", () => {
      this.onAnswer();
      this.proxy.wake();
      if (this.muted) return;
      // A reset could cost the client a response that it has not read yet.
      if (this.hasAnswer) this.client.end();
      else this.client.destroy();
    });
    this.upstream = server;
    return server;
  }

  /** Whether the connection to the server is closed. */
  get broken(): boolean {
    return this.server.destroyed;
  }

  /** Sends bytes to the server. If the server has answered and closed the connection, they are discarded. */
  async write(data: Buffer) {
    if (this.broken && this.hasAnswer) return;
    if (this.broken) {
      this.client.destroy();
      throw new Closed();
    }
    await new Promise<void>((resolve) => this.server.write(data, () => resolve()));
  }

  /** Reads up to `max` bytes from the client. */
  async read(max: number): Promise<Buffer> {
    if (this.unread.length === 0) this.unread = await this.receive();
    const data = this.unread.subarray(0, max);
    this.unread = this.unread.subarray(data.length);
    return data;
  }

  private async receive(): Promise<Buffer> {
    const { value, done } = await this.incoming.next().catch(() => ({ value: undefined, done: true }));
    if (done) throw new Closed();
    return value as Buffer;
  }

  private async readHead(): Promise<Buffer> {
    for (;;) {
      const end = this.unread.indexOf("\r\n\r\n");
      if (end >= 0) return this.read(end + 4);
      this.unread = Buffer.concat([this.unread, await this.receive()]);
    }
  }

  private async forward(head: Buffer) {
    const request = parse(head);
    const fault = this.proxy.accept(request);
    this.pending = request;
    this.hasAnswer = false;
    this.answered = new Promise((resolve) => {
      this.onAnswer = () => {
        this.onAnswer = () => undefined;
        this.proxy.notify("answered", request);
        resolve();
      };
    });
    const exchange = new Exchange(request, head, this);
    await fault?.(exchange);
    if (exchange.over) throw new Closed();
    await exchange.send();
  }
}

function parse(head: Buffer): Request {
  const [first = "", ...lines] = head.toString("latin1").trimEnd().split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  if (headers.has("transfer-encoding")) throw new Error("the proxy supports no chunked requests");
  return {
    method: headers.get("x-http-method-override") ?? method,
    path,
    size: Number(headers.get("content-length") ?? 0),
    offset: Number(headers.get("upload-offset") ?? 0),
    headers,
  };
}

/** Exchange is a request in transit, as a fault can handle it. */
export class Exchange {
  /** Whether the client's connection takes no more requests. */
  over = false;
  private left: number;
  private headSent = false;

  constructor(
    readonly request: Request,
    private readonly head: Buffer,
    private readonly connection: Connection,
  ) {
    this.left = request.size;
  }

  get proxy(): FaultProxy {
    return this.connection.proxy;
  }

  /** Resolves when the server begins to answer, or has closed the connection. */
  get answered(): Promise<void> {
    return this.connection.answered;
  }

  /** Forwards the head of the request, and up to `bytes` more bytes of its body. */
  async send(bytes = Number.POSITIVE_INFINITY) {
    if (!this.headSent) {
      this.headSent = true;
      await this.connection.write(this.head);
      this.proxy.notify("sent", this.request);
    }
    const limited = this.request.method === "PATCH";
    await this.receive(bytes, async (data) => {
      for (let rest = data; rest.length > 0; ) {
        const size = limited
          ? await this.proxy.admit(rest.length, () => this.connection.broken)
          : rest.length;
        await this.connection.write(rest.subarray(0, size));
        rest = rest.subarray(size);
      }
    });
  }

  /** Receives up to `bytes` bytes of the body from the client, and passes them to `use` instead of the server. */
  async receive(
    bytes = Number.POSITIVE_INFINITY,
    use: (data: Buffer) => Promise<void> = async () => undefined,
  ) {
    for (let wanted = Math.min(bytes, this.left); wanted > 0; ) {
      const data = await this.connection.read(wanted);
      wanted -= data.length;
      this.left -= data.length;
      await use(data);
    }
  }

  /** Sends bytes to the server as if they came from the client. */
  async sendRaw(data: Buffer[]) {
    for (const chunk of data) await this.connection.write(chunk);
  }

  /** Answers the client instead of the server, and closes the client's connection. */
  answer(status: number, reason: string) {
    this.mute();
    this.over = true;
    const body = `<html><h1>${status} ${reason}</h1></html>`;
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      "Content-Type: text/html",
      `Content-Length: ${body.length}`,
      "Connection: close",
      "Access-Control-Allow-Origin: *",
    ];
    this.connection.client.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  }

  /** Discards what the server sends from now on. */
  mute() {
    this.connection.muted = true;
  }

  /** Breaks the client's connection; with `keepServer` the one to the server stays open. */
  disconnectClient(keepServer = false) {
    this.mute();
    this.over = true;
    this.connection.detached = keepServer;
    this.connection.client.destroy();
  }

  /** Closes the connection to the client for writing. */
  endClient() {
    this.connection.client.end();
  }

  /** Closes the connection to the server for writing. */
  endServer() {
    this.connection.server.end();
  }

  /** Resolves when the server has closed the connection. */
  async serverClosed() {
    if (!this.connection.server.destroyed) await once(this.connection.server, "close");
  }

  /** Resolves when the server has acknowledged `bytes` bytes of the body, as a HEAD request reports. */
  async stored(bytes: number) {
    if (this.request.method !== "PATCH") return; // the upload has no URL yet
    const url = new URL(this.request.path, this.proxy.target);
    const offset = this.request.offset + Math.min(bytes, this.request.size);
    for (;;) {
      const head = fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
      const response = await head.catch(() => undefined);
      if (!response?.ok) throw new Closed(); // the test is over, or has terminated the upload
      if (Number(response.headers.get("Upload-Offset")) >= offset) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
