import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Hub, type HubMessage, type TabMessage } from "./hub";

/** A fake of the EventSource that Node does not have. */
class Source {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = 0;
  onopen = () => undefined as unknown;
  onerror = () => undefined as unknown;
  private readonly named = new Map<string, (event: { data: string }) => void>();
  constructor() {
    Source.all.push(this);
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.named.set(name, listener);
  }
  emit(name: string, data: unknown) {
    this.named.get(name)?.({ data: JSON.stringify(data) });
  }
  fail(readyState = 0) {
    this.readyState = readyState;
    this.onerror();
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  static get open() {
    return Source.all.filter((source) => source.readyState !== Source.CLOSED);
  }
}

function tab(hub: Hub) {
  const heard: string[] = [];
  const port = {
    postMessage: (message: HubMessage) =>
      void heard.push("name" in message ? message.name : message.connection),
  };
  return {
    say: (message: TabMessage) => hub.receive(port, message),
    /** Returns the messages since the last call. */
    heard: () => heard.splice(0),
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  Source.all = [];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("hub", () => {
  it("has one stream for all tabs, and relays to each", () => {
    const hub = new Hub("/events");
    const [one, two] = [tab(hub), tab(hub)];
    one.say("fresh");
    two.say("fresh");
    expect(Source.open).toHaveLength(1);
    Source.open[0]?.onopen();
    expect(one.heard()).toEqual(["connecting", "open", "reset"]);
    expect(two.heard()).toEqual(["connecting", "open", "reset"]);
    Source.open[0]?.emit("file.deleted", { id: "x" });
    expect(one.heard()).toEqual(["file.deleted"]);
    expect(two.heard()).toEqual(["file.deleted"]);
  });

  it("needs no reset for a tab that has loaded nothing before it joins an open stream", () => {
    const hub = new Hub("/events");
    tab(hub).say("fresh");
    Source.open[0]?.onopen();
    const [fresh, hidden] = [tab(hub), tab(hub)];
    fresh.say("fresh");
    hidden.say("here");
    expect(fresh.heard()).toEqual(["open"]);
    expect(hidden.heard()).toEqual(["open", "reset"]);
  });

  it("resumes without a reset when the browser does, except for tabs that joined meanwhile", () => {
    const hub = new Hub("/events");
    const [one, two] = [tab(hub), tab(hub)];
    one.say("fresh");
    Source.open[0]?.onopen();
    Source.open[0]?.fail();
    two.say("fresh");
    one.heard();
    Source.open[0]?.onopen();
    expect(Source.all).toHaveLength(1);
    expect(one.heard()).toEqual(["open"]);
    expect(two.heard()).toEqual(["lost", "open", "reset"]);
  });

  it("opens a new stream after an error status, with a reset", () => {
    const hub = new Hub("/events");
    const one = tab(hub);
    one.say("fresh");
    Source.open[0]?.onopen();
    Source.open[0]?.fail(Source.CLOSED);
    vi.advanceTimersByTime(1000);
    Source.open[0]?.onopen();
    expect(Source.all).toHaveLength(2);
    expect(one.heard()).toEqual(["connecting", "open", "reset", "lost", "open", "reset"]);
  });

  it("closes the stream once no tab is visible, and resets one that comes back", () => {
    const hub = new Hub("/events");
    const [one, two] = [tab(hub), tab(hub)];
    one.say("fresh");
    two.say("fresh");
    Source.open[0]?.onopen();
    vi.advanceTimersByTime(20_000);
    two.say("here");
    vi.advanceTimersByTime(10_000);
    one.heard();
    Source.open[0]?.emit("file.deleted", { id: "x" });
    expect(one.heard()).toEqual([]);
    expect(two.heard()).toContain("file.deleted");
    one.say("here");
    expect(one.heard()).toEqual(["open", "reset"]);
    vi.advanceTimersByTime(40_000);
    expect(Source.open).toHaveLength(0);
    two.say("here");
    two.heard();
    Source.open[0]?.onopen();
    expect(two.heard()).toEqual(["open", "reset"]);
  });

  it("reconnects once when the network changes, however many tabs ask", () => {
    const hub = new Hub("/events");
    const tabs = [tab(hub), tab(hub), tab(hub)];
    for (const each of tabs) each.say("fresh");
    Source.open[0]?.onopen();
    vi.advanceTimersByTime(5000);
    for (const each of tabs) each.say("retry");
    expect(Source.open).toHaveLength(1);
    expect(Source.all).toHaveLength(2);
  });
});
