import { importWithRetry } from "@/shared/lazy";
import type { Found } from "./incoming";

/** Uploads files. The code for that is loaded with the first of them. */
export async function upload(found: Found) {
  const { addFiles } = await importWithRetry(() => import("./controller"));
  await addFiles(found);
}
