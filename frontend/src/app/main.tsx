import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "@/shared/api/client";
import { onReconnect, startEvents } from "@/shared/api/events";
import { prefetch, startPrefetching } from "@/shared/lazy";
import { Boundary } from "@/shared/ui/Boundary";
import "./app.css";
import { App } from "./App";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Events keep the data up to date, so refetching on every focus would be useless.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < 1 && error instanceof ApiError && error.status >= 500,
    },
    mutations: { networkMode: "always" },
  },
});

startEvents();
// When the server is reachable again, what could not be loaded is loaded. Requests that it refused would fail again.
onReconnect(
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
