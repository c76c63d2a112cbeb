/** What other apps gave to this one through the share menu: kept by the worker, taken up by the face. */
import { database, write } from "./store.js";
import { StorageFull } from "./refusals.js";

/** In the service worker: keeps a POST of the share target. Answers "1", or "full" when there is no room for it. */
export async function keepShared(request) {
  const form = await request.formData();
  const files = form.getAll("photos").filter((file) => file instanceof File && file.size);
  const text = ["title", "text", "url"].map((name) => String(form.get(name) ?? "").trim()).filter(Boolean).join("\n");
  if (!files.length && !text) return "1";
  const put = (row) => write(["shared"], (tx) => tx.objectStore("shared").add(row), { photo: row.files.length > 0 });
  try {
    await put({ text, files });
    return "1";
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
    // The words at least.
    if (text) await put({ text, files: [] }).catch(() => {});
    return "full";
  }
}

/**
 * What was shared last and not yet taken up, or null. It stays until `done()` says that a draft holds it.
 * @returns {Promise<{text: string, files: File[], done: () => Promise<void>}|null>}
 */
export async function takeShared() {
  const rows = await (await database()).getAll("shared");
  if (!rows.length) return null;
  return {
    text: rows.map((row) => row.text).filter(Boolean).join("\n"),
    files: rows.flatMap((row) => row.files),
    async done() {
      await write(["shared"], async (tx) => {
        for (const row of rows) await tx.objectStore("shared").delete(row.n);
      });
    },
  };
}
