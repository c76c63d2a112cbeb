/** The engine of the app as a test reaches it, on a page with nothing else on it. */
import * as engine from "../app/engine/index.js";
import { database } from "../app/engine/store.js";

/** All that lies in the database, by store. */
async function kept() {
  const db = await database();
  const rows = {};
  for (const store of db.objectStoreNames) rows[store] = await db.getAll(store);
  return rows;
}

Object.assign(globalThis, { engine, kept });
