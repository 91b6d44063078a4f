import { type Connection, Stream } from "./stream";

/**
 * What a tab sends: "here" as the heartbeat of a visible tab, "fresh" instead if it has loaded nothing yet,
 * "retry" when the browser is online again, and "bye" when it is closed.
 */
export type TabMessage = "fresh" | "here" | "retry" | "bye";

/** What a tab receives: an event of the server, or the state of the stream. */
export type HubMessage = { name: string; data: unknown } | { connection: Connection };

export interface Port {
  postMessage(message: HubMessage): void;
}

/** How long a tab gets events after its last message, in milliseconds: more than two heartbeats. */
const timeout = 25_000;
const sweepInterval = 5000;

/**
 * Hub relays one event stream to the visible tabs. A tab that joins, or joins again after it was hidden, gets a
 * "reset", because it may have missed events. Without a visible tab there is no stream: over HTTP/1.1 a browser
 * opens only six connections to a server.
 */
export class Hub {
  /** The tabs that get events, with the time of their last message. */
  private readonly tabs = new Map<Port, number>();
  /** The tabs that may have missed events, and get a "reset" once the stream is open. */
  private readonly outdated = new Set<Port>();
  private sweeping: ReturnType<typeof setInterval> | undefined;
  private readonly stream: Stream;

  constructor(url: string) {
    this.stream = new Stream(url, {
      event: (name, data) => this.broadcast({ name, data }),
      connection: (connection, gap) => {
        this.broadcast({ connection });
        if (connection === "open") this.reset(gap ? this.tabs.keys() : this.outdated);
      },
    });
  }

  receive(port: Port, message: TabMessage) {
    switch (message) {
      case "bye":
        this.tabs.delete(port);
        this.outdated.delete(port);
        break;
      case "retry":
        if (this.tabs.has(port)) this.stream.reconnect();
        break;
      default:
        this.join(port, message === "fresh");
    }
  }

  private join(port: Port, fresh: boolean) {
    const isNew = !this.tabs.has(port);
    this.tabs.set(port, Date.now());
    port.postMessage({ connection: this.stream.connection });
    this.stream.open();
    this.sweeping ??= setInterval(() => this.sweep(), sweepInterval);
    if (!isNew) return;
    if (this.stream.connection !== "open") this.outdated.add(port);
    else if (!fresh) this.reset([port]);
  }

  /** Removes tabs that are hidden, frozen or gone, and closes the stream after the last one. */
  private sweep() {
    const limit = Date.now() - timeout;
    for (const [port, lastMessage] of this.tabs) if (lastMessage < limit) this.receive(port, "bye");
    if (this.tabs.size > 0) return;
    clearInterval(this.sweeping);
    this.sweeping = undefined;
    this.stream.close();
  }

  private reset(ports: Iterable<Port>) {
    for (const port of [...ports]) {
      this.outdated.delete(port);
      port.postMessage({ name: "reset", data: {} });
    }
  }

  private broadcast(message: HubMessage) {
    for (const port of this.tabs.keys()) port.postMessage(message);
  }
}
