import { importAgain } from "@/shared/lazy";
import type { Found } from "./incoming";

/** Uploads files; what does that is loaded when it is needed first. */
export async function upload(found: Found) {
  const { addFiles } = await importAgain(() => import("./controller"));
  await addFiles(found);
}
