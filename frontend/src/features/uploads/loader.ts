import { api } from "@/shared/api/client";
import type { ServerInfo } from "@/shared/api/types";
import { importAgain } from "@/shared/lazy";
import type { Engine } from "./engine";
import { reports } from "./reports";

const loadEngine = () => import("./engine");

let engine: Promise<Engine> | null = null;
let server: Promise<ServerInfo | null> | null = null;

/** The server's rules for uploads, or null; without them the server still judges each file itself. */
export function serverInfo(): Promise<ServerInfo | null> {
  server ??= api.server().catch(() => {
    server = null;
    return null;
  });
  return server;
}

/** Loads the engine once; only the first open page brings back what was left unfinished. */
export function getEngine(): Promise<Engine> {
  engine ??= Promise.all([importAgain(loadEngine), serverInfo(), isFirstPage()])
    .then(([{ createEngine }, info, recovers]) => {
      const endpoint = new URL(info?.tus_endpoint ?? "/files/", window.location.href).href;
      return createEngine({ endpoint, reports, recovers });
    })
    .catch((cause) => {
      engine = null;
      throw cause;
    });
  return engine;
}

function isFirstPage(): Promise<boolean> {
  // Without HTTPS browsers have no locks; then every page brings back what it finds.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((answer) => {
    void navigator.locks.request("pawl-uploads", { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      // Held as long as the page is open.
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });
}
