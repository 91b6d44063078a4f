import { Hub, type TabMessage } from "./hub";

// Runs once for all tabs of a browser. The name of this page's server is the worker's own origin.

const hub = new Hub("/api/v1/events");

addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) port.onmessage = (message: MessageEvent<TabMessage>) => hub.hear(port, message.data);
});
