import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { api } from "@/shared/api/client";
import { editQueries } from "@/shared/api/edits";
import { useEvent } from "@/shared/api/events";
import type { Events, Upload, UploadPage } from "@/shared/api/types";
import { transfers, useGroup } from "./store";

const key = ["uploads"] as const;

async function allUploads(signal: AbortSignal): Promise<Upload[]> {
  const all: Upload[] = [];
  let cursor: string | undefined;
  do {
    const page: UploadPage = await api.uploads(cursor, signal);
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
    // Nobody reads a list of more than a thousand.
  } while (cursor && all.length < 1000);
  return all;
}

/** Returns the uploads of other clients, kept up to date by the server's events. */
export function useOtherClients() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => allUploads(signal), staleTime: 5000 });
  const edit = useCallback(
    (change: (list: Upload[]) => Upload[]) => editQueries<Upload[]>(client, key, change),
    [client],
  );
  const started = useCallback(
    (upload: Upload) => edit((list) => [upload, ...list.filter((u) => u.id !== upload.id)]),
    [edit],
  );
  const progress = useCallback(
    ({ id, offset, length }: Events["upload.progress"]) =>
      edit((list) => list.map((u) => (u.id === id ? { ...u, offset, length } : u))),
    [edit],
  );
  const ended = useCallback(
    ({ id }: { id: string }) => edit((list) => list.filter((u) => u.id !== id)),
    [edit],
  );
  const reset = useCallback(() => void client.invalidateQueries({ queryKey: key }), [client]);
  useEvent("upload.started", started);
  useEvent("upload.progress", progress);
  useEvent("upload.ended", ended);
  useEvent("reset", reset);

  const moving = useGroup("moving");
  const needs = useGroup("needs");
  const uploads = useMemo(() => {
    const own = [...moving, ...needs].map((id) => transfers.get(id)).filter((t) => t !== undefined);
    // The event of an own upload may arrive before the response that has its id.
    const begins = (u: Upload) => own.some((t) => !t.uploadId && t.name === u.name && t.size === u.length);
    return (query.data ?? []).filter((u) => !transfers.hasUpload(u.id) && !begins(u));
  }, [query.data, moving, needs]);
  return { query, uploads, drop: (id: string) => ended({ id }) };
}
