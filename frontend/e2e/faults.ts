import type { Fault, Matches, Passage, Request } from "./road";

/** Requests that bring bytes of an upload. */
export const carries: Matches = (request) => request.size > 0;

export const is =
  (method: string): Matches =>
  (request: Request) =>
    request.method === method;

/** The line is cut behind so many bytes of the body. The server has noticed before the client does. */
export function cut(after: number): Fault {
  return async (passage) => {
    passage.mute();
    await passage.send(after);
    await passage.stored(after);
    passage.finishServer();
    await passage.serverClosed();
    passage.drop();
  };
}

/** The client loses its line and comes back on another one; the server waits on for the rest. */
export function abandon(after: number): Fault {
  return async (passage) => {
    await passage.send(after);
    await passage.stored(after);
    passage.drop(true);
  };
}

/** The server has done what it was asked for, and its answer is lost. */
export const loseAnswer: Fault = async (passage) => {
  passage.mute();
  await passage.send();
  await passage.answered;
  passage.drop();
};

/** Nothing moves for a while, then all goes on. */
export function stall(after: number, milliseconds: number): Fault {
  return async (passage) => {
    await passage.send(after);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  };
}

/** The server is told that no more will come, and the client hears what it says to that. */
export function closeTowardsServer(after: number): Fault {
  return async (passage) => {
    await passage.send(after);
    await passage.stored(after);
    passage.finishServer();
    await passage.take();
  };
}

/** The client is told that no answer will come, while its request still goes on for a bit. */
export function closeTowardsClient(after: number, more: number): Fault {
  return async (passage) => {
    passage.mute();
    await passage.send(after);
    await passage.stored(after);
    passage.finishClient();
    await passage.send(more);
    passage.drop();
  };
}

/** What an older request's bytes are overtaken by. */
export type Overtaking = "the next answer" | "the next bytes";

/**
 * The client loses its line, and some bytes that it has sent there reach the server only when a request on
 * its new line has: behind the next answer, such as that to its question for the offset, or behind its next bytes.
 */
export function late(after: number, kept: number, by: Overtaking): Fault {
  return async (passage) => {
    await passage.send(after);
    await passage.stored(after);
    await overtaken(passage, kept, by);
  };
}

/** The same with a whole request, none of which has reached the server before. */
export function lateFromItsHead(kept: number, by: Overtaking): Fault {
  return (passage) => overtaken(passage, kept, by);
}

async function overtaken(passage: Passage, kept: number, by: Overtaking) {
  const { method, path } = passage.request;
  const rest: Buffer[] = [];
  await passage.take(kept, async (data) => void rest.push(data));
  const overtaking =
    by === "the next answer"
      ? passage.road.until("answered", (request) => request.path === path && request.method !== "OPTIONS")
      : passage.road.until("sent", (request) => request.path === path && request.method === method);
  passage.drop(true);
  await overtaking;
  await passage.send(0);
  await passage.sendAlone(rest);
  passage.finishServer();
}

/** A gateway answers before the server is reached. */
export function gateway(status: number, reason: string): Fault {
  return async (passage) => {
    await passage.take();
    passage.answer(status, reason);
  };
}

/** A gateway gives up waiting, just before the server's answer comes. */
export function gatewayTooLate(status: number, reason: string): Fault {
  return async (passage) => {
    passage.mute();
    await passage.send();
    await passage.answered;
    passage.answer(status, reason);
  };
}
