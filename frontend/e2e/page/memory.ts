import { expect, type Page } from "@playwright/test";

/** What the page remembers of unfinished uploads: how many know their URL, and how many files are copied. */
export function remembered(page: Page): Promise<{ uploads: number; begun: number; copies: number }> {
  return page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await result(indexedDB.open("pawl.uploads"));
    const all = (store: string) => database.transaction([store]).objectStore(store);
    const records = (await result(all("transfers").getAll())) as { transfer: { uploadUrl: string | null } }[];
    const copies = await result(all("files").count());
    database.close();
    const begun = records.filter(({ transfer }) => transfer.uploadUrl !== null).length;
    return { uploads: records.length, begun, copies };
  });
}

/** Waits until the page has written down one begun upload and so many copies of files, which it does a moment later. */
export async function writtenDown(page: Page, copies: number) {
  await expect.poll(() => remembered(page)).toEqual({ uploads: 1, begun: 1, copies });
}

/** How many unfinished uploads the page can open the file of again by a handle. */
export function handlesKept(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const request = indexedDB.open("pawl.uploads");
        request.onsuccess = () => {
          const database = request.result;
          const all = database.transaction("transfers").objectStore("transfers").getAll();
          all.onsuccess = () => {
            database.close();
            resolve(all.result.filter(({ handle }) => handle !== null).length);
          };
        };
      }),
  );
}
