import type { Exchange, Fault, Matcher, Request } from "./proxy";

/** Matches requests with a body, which carry bytes of an upload. */
export const hasBody: Matcher = (request) => request.size > 0;

export const isMethod =
  (method: string): Matcher =>
  (request: Request) =>
    request.method === method;

/** Breaks the connection after some bytes of the body. The server notices before the client. */
export function cut(after: number): Fault {
  return async (exchange) => {
    exchange.mute();
    await exchange.send(after);
    await exchange.stored(after);
    exchange.endServer();
    await exchange.serverClosed();
    exchange.disconnectClient();
  };
}

/** Breaks the client's connection, while the server keeps waiting for the rest of the body. */
export function abandon(after: number): Fault {
  return async (exchange) => {
    await exchange.send(after);
    await exchange.stored(after);
    exchange.disconnectClient(true);
  };
}

/** Loses the response of a request that the server has handled. */
export const loseAnswer: Fault = async (exchange) => {
  exchange.mute();
  await exchange.send();
  await exchange.answered;
  exchange.disconnectClient();
};

/** Delays the rest of the request. */
export function stall(after: number, milliseconds: number): Fault {
  return async (exchange) => {
    await exchange.send(after);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  };
}

/** Half-closes the connection to the server; the client gets the server's response to that. */
export function halfCloseServer(after: number): Fault {
  return async (exchange) => {
    await exchange.send(after);
    await exchange.stored(after);
    exchange.endServer();
    await exchange.receive();
  };
}

/** Half-closes the connection to the client without a response, and forwards `more` bytes of its request. */
export function halfCloseClient(after: number, more: number): Fault {
  return async (exchange) => {
    exchange.mute();
    await exchange.send(after);
    await exchange.stored(after);
    exchange.endClient();
    await exchange.send(more);
    exchange.disconnectClient();
  };
}

/** What reaches the server before delayed bytes of an earlier request. */
export type Overtaking = "the next answer" | "the next bytes";

/**
 * Breaks the client's connection and delays `size` bytes that were in transit until a request on a new connection has
 * overtaken them: until its response, as to a HEAD request for the offset, or until its bytes.
 */
export function delay(after: number, size: number, by: Overtaking): Fault {
  return async (exchange) => {
    await exchange.send(after);
    await exchange.stored(after);
    await sendOvertaken(exchange, size, by);
  };
}

/** Delays a whole request in the same way. */
export function delayAll(size: number, by: Overtaking): Fault {
  return (exchange) => sendOvertaken(exchange, size, by);
}

async function sendOvertaken(exchange: Exchange, size: number, by: Overtaking) {
  const { method, path } = exchange.request;
  const rest: Buffer[] = [];
  await exchange.receive(size, async (data) => void rest.push(data));
  const overtaken =
    by === "the next answer"
      ? exchange.proxy.waitFor("answered", (request) => request.path === path && request.method !== "OPTIONS")
      : exchange.proxy.waitFor("sent", (request) => request.path === path && request.method === method);
  exchange.disconnectClient(true);
  await overtaken;
  await exchange.send(0);
  await exchange.sendRaw(rest);
  exchange.endServer();
}

/** A gateway answers, and the request does not reach the server. */
export function gateway(status: number, reason: string): Fault {
  return async (exchange) => {
    await exchange.receive();
    exchange.answer(status, reason);
  };
}

/** A gateway times out just before the server's response. */
export function gatewayTimeout(status: number, reason: string): Fault {
  return async (exchange) => {
    exchange.mute();
    await exchange.send();
    await exchange.answered;
    exchange.answer(status, reason);
  };
}
