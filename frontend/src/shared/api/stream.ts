/** The state of the server's event stream, as the page shows it. */
export type Connection = "connecting" | "open" | "lost";

export const eventNames = [
  "upload.started",
  "upload.progress",
  "upload.ended",
  "file.created",
  "file.changed",
  "file.deleted",
  "reset",
] as const;

interface Reader {
  event(name: string, data: unknown): void;
  /** `gap` says that the stream has opened and cannot tell what happened before. */
  connection(state: Connection, gap: boolean): void;
}

const shortestWait = 1000;
const longestWait = 15_000;

/** The server's event stream. It reconnects by itself until it is closed. */
export class Stream {
  private source: EventSource | null = null;
  private wait = shortestWait;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private state: Connection = "connecting";
  private opened = 0;

  constructor(
    private readonly url: string,
    private readonly reader: Reader,
  ) {}

  get connection(): Connection {
    return this.state;
  }

  open() {
    if (this.source || this.retry) return;
    this.opened = Date.now();
    const source = new EventSource(this.url);
    this.source = source;
    let first = true;
    source.onopen = () => {
      this.wait = shortestWait;
      this.state = "open";
      // The browser resumes a broken stream after its last event; a new one starts at the present.
      this.reader.connection("open", first);
      first = false;
    };
    source.onerror = () => {
      if (this.state !== "lost") {
        this.state = "lost";
        this.reader.connection("lost", false);
      }
      // The browser reconnects by itself, unless the answer was an error status.
      if (source.readyState !== EventSource.CLOSED) return;
      this.source = null;
      this.retry = setTimeout(() => {
        this.retry = undefined;
        this.open();
      }, this.wait);
      this.wait = Math.min(this.wait * 2, longestWait);
    };
    for (const name of eventNames) {
      source.addEventListener(name, (event) => {
        this.reader.event(name, JSON.parse((event as MessageEvent<string>).data));
      });
    }
  }

  /** Closes the stream; opening it again leaves a gap. */
  close() {
    this.drop();
    this.state = "connecting";
  }

  /** Opens the stream anew: after a change of network the old connection may be dead without saying so. */
  reconnect() {
    if (Date.now() - this.opened < shortestWait) return;
    this.drop();
    this.open();
  }

  private drop() {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.source?.close();
    this.source = null;
  }
}
