import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from "node:net";

/** A request as its head tells of it. */
export interface Request {
  /** What is asked for, whatever the real method is (tus 1.0, "X-HTTP-Method-Override"). */
  readonly method: string;
  readonly path: string;
  /** The length of its body. */
  readonly size: number;
  /** Where its body belongs, in bytes: its Upload-Offset, or 0. */
  readonly offset: number;
  readonly headers: ReadonlyMap<string, string>;
}

export type Matches = (request: Request) => boolean;

/** What happens to a request on its way. What it does not pass on of the request follows when it is over. */
export type Fault = (passage: Passage) => Promise<void>;

type Moment = "sent" | "answered";

/**
 * The way to the server, for HTTP/1.1. It lets a number of bytes of uploads through and holds the rest back,
 * so that "half-way" is a place and not a matter of timing, and does to single requests what bad lines,
 * gateways and phones do to them.
 */
export class Road {
  /** All requests that have come along, in this order. */
  readonly requests: Request[] = [];
  private readonly ways = new Set<Way>();
  private planned: { fault: Fault; when: Matches; skip: number; met: (request: Request) => void }[] = [];
  private watching: { moment: Moment; when: Matches; tell: () => void }[] = [];
  private port = 0;
  private allowance = Number.POSITIVE_INFINITY;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly listener: NetServer,
    readonly target: URL,
  ) {}

  static async open(target: string): Promise<Road> {
    const listener = createServer({ allowHalfOpen: true, noDelay: true });
    const road = new Road(listener, new URL(target));
    listener.on("connection", (client) => {
      const way = new Way(road, client);
      road.ways.add(way);
      void way.go();
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    road.port = (listener.address() as AddressInfo).port;
    return road;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get endpoint(): string {
    return `${this.url}/files/`;
  }

  /**
   * Has the first request that fits, behind `skip` others that do, meet with a fault. Resolves with the request
   * when the fault is over.
   */
  meet(fault: Fault, when: Matches, skip = 0): Promise<Request> {
    return new Promise((met) => this.planned.push({ fault, when, skip, met }));
  }

  /** How many of the faults no request has met with yet. */
  get unmet(): number {
    return this.planned.length;
  }

  /** Resolves when the next request that fits has left for the server, or its answer has come from there. */
  until(moment: Moment, when: Matches): Promise<void> {
    return new Promise((tell) => this.watching.push({ moment, when, tell }));
  }

  /** Lets this many more bytes of uploads through, then holds them. */
  holdAfter(bytes: number) {
    this.allowance = bytes;
  }

  /** Lets everything through. */
  release() {
    this.allowance = Number.POSITIVE_INFINITY;
    this.wake();
  }

  /** How many requests that fit are not answered in full yet, as far as their connections tell. */
  pending(when: Matches): number {
    return [...this.ways].filter((way) => way.pending && when(way.pending)).length;
  }

  /** Has everybody who is held look again. */
  wake() {
    for (const goOn of this.waiting.splice(0)) goOn();
  }

  /** Breaks the connections there are. What they held back is lost, as on a line that goes dead. */
  cut() {
    for (const way of this.ways) way.cut();
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

  /** How many of so many bytes of an upload may pass now; waits until any may, or they have nowhere to go. */
  async admit(bytes: number, nowhere: () => boolean): Promise<number> {
    while (this.allowance === 0 && !nowhere()) await new Promise<void>((goOn) => this.waiting.push(goOn));
    if (nowhere()) return bytes;
    const passing = Math.min(bytes, this.allowance);
    this.allowance -= passing;
    return passing;
  }

  /** Takes note of a request, and of the fault that is meant for it. */
  begin(request: Request): Fault | undefined {
    this.requests.push(request);
    const plan = this.planned.find(({ when }) => when(request));
    if (!plan || plan.skip-- > 0) return undefined;
    this.planned = this.planned.filter((other) => other !== plan);
    return (passage) => plan.fault(passage).finally(() => plan.met(request));
  }

  tell(moment: Moment, request: Request) {
    const told = this.watching.filter((watch) => watch.moment === moment && watch.when(request));
    this.watching = this.watching.filter((watch) => !told.includes(watch));
    for (const watch of told) watch.tell();
  }
}

class Ended extends Error {}

/** A client's connection, and the one to the server that belongs to it. */
class Way {
  /** Whether answers go nowhere. */
  muted = false;
  /** Whether the server's side lives on without the client's. */
  alone = false;
  answered: Promise<void> = Promise.resolve();
  /** The last request, until the connection has another one or is closed. */
  pending: Request | undefined;
  private answers = false;
  private answering: () => void = () => undefined;
  private upstream: Socket | undefined;
  private unread: Buffer = Buffer.alloc(0);
  private readonly incoming: AsyncIterator<Buffer>;

  constructor(
    readonly road: Road,
    readonly client: Socket,
  ) {
    this.incoming = client.iterator({ destroyOnReturn: false });
    client.on("error", () => undefined);
    client.on("close", () => {
      this.pending = undefined;
      if (!this.alone) this.upstream?.destroy();
    });
  }

  /** Brings one request after the other to the server, until the client has no more. */
  async go() {
    try {
      for (;;) await this.bring(await this.readHead());
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      if (!this.alone) this.upstream?.end();
    }
  }

  cut() {
    this.client.destroy();
    this.upstream?.destroy();
  }

  /** The connection to the server, which a request that does not get there needs none of. */
  get server(): Socket {
    if (this.upstream) return this.upstream;
    const { port, hostname } = this.road.target;
    const server = connect({ port: Number(port), host: hostname, allowHalfOpen: true, noDelay: true });
    server.on("error", () => undefined);
    server.on("data", (chunk) => {
      this.answers = true;
      this.answering();
      if (!this.muted) this.client.write(chunk);
    });
    server.on("end", () => server.end());
    server.on("close", () => {
      this.answering();
      this.road.wake();
      if (this.muted) return;
      // A client that has its answer must not lose it to a reset.
      if (this.answers) this.client.end();
      else this.client.destroy();
    });
    this.upstream = server;
    return server;
  }

  /** Whether the server has closed its connection, or it was broken. */
  get broken(): boolean {
    return this.server.destroyed;
  }

  /**
   * Passes bytes to the server; they are the kernel's when this resolves. If it has answered and closed, they
   * go nowhere.
   */
  async write(data: Buffer) {
    if (this.broken && this.answers) return;
    if (this.broken) {
      this.client.destroy();
      throw new Ended();
    }
    await new Promise<void>((resolve) => this.server.write(data, () => resolve()));
  }

  /** What the client sends next, at most so many bytes. */
  async read(most: number): Promise<Buffer> {
    if (this.unread.length === 0) this.unread = await this.receive();
    const data = this.unread.subarray(0, most);
    this.unread = this.unread.subarray(data.length);
    return data;
  }

  private async receive(): Promise<Buffer> {
    const { value, done } = await this.incoming.next().catch(() => ({ value: undefined, done: true }));
    if (done) throw new Ended();
    return value as Buffer;
  }

  private async readHead(): Promise<Buffer> {
    for (;;) {
      const end = this.unread.indexOf("\r\n\r\n");
      if (end >= 0) return this.read(end + 4);
      this.unread = Buffer.concat([this.unread, await this.receive()]);
    }
  }

  private async bring(head: Buffer) {
    const request = parse(head);
    const fault = this.road.begin(request);
    this.pending = request;
    this.answers = false;
    this.answered = new Promise((resolve) => {
      this.answering = () => {
        this.answering = () => undefined;
        this.road.tell("answered", request);
        resolve();
      };
    });
    const passage = new Passage(request, head, this);
    await fault?.(passage);
    if (passage.over) throw new Ended();
    await passage.send();
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
  if (headers.has("transfer-encoding")) throw new Error("the road knows no bodies of unknown length");
  return {
    method: headers.get("x-http-method-override") ?? method,
    path,
    size: Number(headers.get("content-length") ?? 0),
    offset: Number(headers.get("upload-offset") ?? 0),
    headers,
  };
}

/** One request on its way, in the hands of a fault. */
export class Passage {
  /** Whether the client's connection has no use any more. */
  over = false;
  private left: number;
  private gone = false;

  constructor(
    readonly request: Request,
    private readonly head: Buffer,
    private readonly way: Way,
  ) {
    this.left = request.size;
  }

  get road(): Road {
    return this.way.road;
  }

  /** Resolves when the server has begun to answer, or has closed the connection. */
  get answered(): Promise<void> {
    return this.way.answered;
  }

  /** Passes the request on: its head, and so many more bytes of its body. */
  async send(bytes = Number.POSITIVE_INFINITY) {
    if (!this.gone) {
      this.gone = true;
      await this.way.write(this.head);
      this.road.tell("sent", this.request);
    }
    const held = this.request.method === "PATCH";
    await this.take(bytes, async (data) => {
      for (let rest = data; rest.length > 0; ) {
        const passing = held ? await this.road.admit(rest.length, () => this.way.broken) : rest.length;
        await this.way.write(rest.subarray(0, passing));
        rest = rest.subarray(passing);
      }
    });
  }

  /** Takes so many bytes of the body off the client, for `use` and not for the server. */
  async take(bytes = Number.POSITIVE_INFINITY, use: (data: Buffer) => Promise<void> = async () => undefined) {
    for (let wanted = Math.min(bytes, this.left); wanted > 0; ) {
      const data = await this.way.read(wanted);
      wanted -= data.length;
      this.left -= data.length;
      await use(data);
    }
  }

  /** Sends bytes as if the client did. */
  async sendAlone(data: Buffer[]) {
    for (const chunk of data) await this.way.write(chunk);
  }

  /** Answers in the server's place, and takes no more requests on this connection. */
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
    this.way.client.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  }

  /** From now on the client hears nothing of the server. */
  mute() {
    this.way.muted = true;
  }

  /** Ends the client's connection; the server's lives on if `alone`. */
  drop(alone = false) {
    this.mute();
    this.over = true;
    this.way.alone = alone;
    this.way.client.destroy();
  }

  /** Tells the client that nothing more will come. */
  finishClient() {
    this.way.client.end();
  }

  /** Tells the server that nothing more will come. */
  finishServer() {
    this.way.server.end();
  }

  /** Resolves when the server has closed the connection. */
  async serverClosed() {
    if (!this.way.server.destroyed) await once(this.way.server, "close");
  }

  /** Resolves when so many bytes of the body are safe, as the server tells who asks. */
  async stored(bytes: number) {
    if (this.request.method !== "PATCH") return; // the upload has no address yet
    const url = new URL(this.request.path, this.road.target);
    const offset = this.request.offset + Math.min(bytes, this.request.size);
    for (;;) {
      const asked = fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
      const looked = await asked.catch(() => undefined);
      if (!looked?.ok) throw new Ended(); // the test is over, or has taken the upload away
      if (Number(looked.headers.get("Upload-Offset")) >= offset) return;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}
