import { Hub, type TabMessage } from "./hub";

// The shared worker of all tabs of a browser. It reaches the server at its own origin.

const hub = new Hub("/api/v1/events");

addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port) port.onmessage = (message: MessageEvent<TabMessage>) => hub.receive(port, message.data);
});
