import { type Connection, Stream } from "./stream";

/** What a tab says: "fresh" in its first message if it has loaded nothing yet, "here" while it is visible. */
export type TabMessage = "fresh" | "here" | "retry" | "bye";

/** What a tab hears: an event of the server, or the state of the stream. */
export type HubMessage = { name: string; data: unknown } | { connection: Connection };

export interface Port {
  postMessage(message: HubMessage): void;
}

/** How long after its last message a tab still gets events, in milliseconds: more than two of its beats. */
const patience = 25_000;
const sweepEvery = 5000;

/**
 * Relays one event stream to the visible tabs. A tab that joins, or joins again after it was hidden, gets a
 * "reset", because it may have missed events. Without a visible tab there is no stream: a browser opens only
 * six connections to a server over HTTP/1.1.
 */
export class Hub {
  /** The tabs that get events, and when each was last heard. */
  private readonly tabs = new Map<Port, number>();
  private readonly unsure = new Set<Port>();
  private sweeping: ReturnType<typeof setInterval> | undefined;
  private readonly stream: Stream;

  constructor(url: string) {
    this.stream = new Stream(url, {
      event: (name, data) => this.tell({ name, data }),
      connection: (connection, gap) => {
        this.tell({ connection });
        if (connection === "open") this.reset(gap ? this.tabs.keys() : this.unsure);
      },
    });
  }

  hear(port: Port, message: TabMessage) {
    switch (message) {
      case "bye":
        this.tabs.delete(port);
        this.unsure.delete(port);
        break;
      case "retry":
        if (this.tabs.has(port)) this.stream.reconnect();
        break;
      default:
        this.follow(port, message === "fresh");
    }
  }

  private follow(port: Port, fresh: boolean) {
    const joins = !this.tabs.has(port);
    this.tabs.set(port, Date.now());
    port.postMessage({ connection: this.stream.connection });
    this.stream.open();
    this.sweeping ??= setInterval(() => this.sweep(), sweepEvery);
    if (!joins) return;
    if (this.stream.connection !== "open") this.unsure.add(port);
    else if (!fresh) this.reset([port]);
  }

  /** Forgets tabs that are hidden, frozen or gone, and closes the stream after the last one. */
  private sweep() {
    const limit = Date.now() - patience;
    for (const [port, heard] of this.tabs) if (heard < limit) this.hear(port, "bye");
    if (this.tabs.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
    this.stream.close();
  }

  private reset(ports: Iterable<Port>) {
    for (const port of [...ports]) {
      this.unsure.delete(port);
      port.postMessage({ name: "reset", data: {} });
    }
  }

  private tell(message: HubMessage) {
    for (const port of this.tabs.keys()) port.postMessage(message);
  }
}
