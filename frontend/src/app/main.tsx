import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "@/shared/api/client";
import { startEvents, watchReturn } from "@/shared/api/events";
import { prefetch, startPrefetching } from "@/shared/lazy";
import { Boundary } from "@/shared/ui/Boundary";
import "./app.css";
import { App } from "./App";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The events keep lists true, so asking again on every focus would only cost.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < 1 && error instanceof ApiError && error.status >= 500,
    },
    mutations: { networkMode: "always" },
  },
});

startEvents();
// What could not be loaded while the server was away is loaded when it is back; what it refused stays refused.
watchReturn(
  () =>
    void client.refetchQueries({
      type: "active",
      predicate: ({ state: { status, error } }) =>
        status === "error" && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    }),
);
prefetch(() => import("@/features/uploads/engine"));
startPrefetching();

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Boundary what="The page">
        <App />
      </Boundary>
    </QueryClientProvider>
  </StrictMode>,
);
