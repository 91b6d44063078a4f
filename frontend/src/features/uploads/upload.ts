import type { Found } from "./incoming";

/** Uploads files; what does that is loaded when it is needed first. */
export async function upload(found: Found) {
  const { addFiles } = await import("./controller");
  await addFiles(found);
}
