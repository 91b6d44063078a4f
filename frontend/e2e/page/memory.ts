import { expect, type Page } from "@playwright/test";

/** Returns the numbers of unfinished uploads that the page has stored, of those with a URL, and of copied files. */
export function storedState(page: Page): Promise<{ uploads: number; begun: number; copies: number }> {
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

/** Waits until the page has stored one upload with its URL, and the given number of copies of files. */
export async function waitUntilStored(page: Page, copies: number) {
  await expect.poll(() => storedState(page)).toEqual({ uploads: 1, begun: 1, copies });
}

/** Returns the number of unfinished uploads that are stored with a file handle. */
export function storedHandles(page: Page): Promise<number> {
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
