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
  /** With `gap` the stream has opened without the events that happened before. */
  connection(state: Connection, gap: boolean): void;
}

/** The delay before the next attempt doubles between these, in milliseconds. */
const minDelay = 1000;
const maxDelay = 15_000;

/** Stream is the server's event stream. It reconnects until it is closed. */
export class Stream {
  private source: EventSource | null = null;
  private delay = minDelay;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private state: Connection = "connecting";
  private openedAt = 0;

  constructor(
    private readonly url: string,
    private readonly reader: Reader,
  ) {}

  get connection(): Connection {
    return this.state;
  }

  open() {
    if (this.source || this.retry) return;
    this.openedAt = Date.now();
    const source = new EventSource(this.url);
    this.source = source;
    let first = true;
    source.onopen = () => {
      this.delay = minDelay;
      this.state = "open";
      // The browser resumes a broken stream with Last-Event-ID; a new EventSource starts at the present.
      this.reader.connection("open", first);
      first = false;
    };
    source.onerror = () => {
      if (this.state !== "lost") {
        this.state = "lost";
        this.reader.connection("lost", false);
      }
      // The browser reconnects by itself unless the response was an error.
      if (source.readyState !== EventSource.CLOSED) return;
      this.source = null;
      this.retry = setTimeout(() => {
        this.retry = undefined;
        this.open();
      }, this.delay);
      this.delay = Math.min(this.delay * 2, maxDelay);
    };
    for (const name of eventNames) {
      source.addEventListener(name, (event) => {
        this.reader.event(name, JSON.parse((event as MessageEvent<string>).data));
      });
    }
  }

  /** Closes the stream. Opening it again leaves a gap. */
  close() {
    this.drop();
    this.state = "connecting";
  }

  /** Opens the stream anew. After a change of network the old connection may be dead without an error. */
  reconnect() {
    if (Date.now() - this.openedAt < minDelay) return;
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
