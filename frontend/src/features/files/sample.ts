import type { StoredFile } from "@/shared/api/types";

/** Returns a file for tests. */
export function file(patch: Partial<StoredFile>): StoredFile {
  return {
    id: "a",
    name: "Dusk.png",
    size: 10,
    media_type: "image/png",
    declared_type: "",
    type_mismatch: false,
    sha256: "",
    state: "ready",
    metadata: {},
    owner: "local",
    created_at: "2026-11-24T10:00:00.000000Z",
    updated_at: "2026-11-24T10:00:00.000000Z",
    downloads: 0,
    ...patch,
  };
}
