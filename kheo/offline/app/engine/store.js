/**
 * What the phone keeps: the database "kheo-field", and what happens when there is no room in it.
 *
 * Every change is one transaction written through to the disk before it counts as kept ("strict"), so that a
 * battery that dies a moment later takes nothing with it.
 */
import { openDB } from "idb";
import { StorageFull } from "./refusals.js";

const NAME = "kheo-field";
// Kept free for words: given up when a text would not fit any more. Photos never get it.
const RESERVE = 2 * 1024 * 1024;
const RESERVE_FILE = "reserve";

/** Each step brings the database from one version to the next; a released step is never changed. */
const STEPS = [
  (db) => {
    db.createObjectStore("meta");
    db.createObjectStore("pack");
    db.createObjectStore("drafts", { keyPath: "id" });
    db.createObjectStore("photos", { keyPath: ["id", "sha256"] });
    db.createObjectStore("outbox", { keyPath: "id" });
    db.createObjectStore("sent", { keyPath: "id" });
    db.createObjectStore("shared", { keyPath: "n", autoIncrement: true });
    db.createObjectStore("sealed", { keyPath: "n", autoIncrement: true });
  },
];

/** What a person has on this phone; `meta` and `sealed` stand beside it. */
export const THEIRS = ["drafts", "photos", "outbox", "sent", "shared", "pack"];
/** What would be lost with the phone: all that the office has no copy of. */
export const UNSENT = ["drafts", "photos", "outbox", "shared"];

/** @type {Promise<import("idb").IDBPDatabase>|null} */
let opening = null;

/** @returns {Promise<import("idb").IDBPDatabase>} */
export function database() {
  opening ??= openDB(NAME, STEPS.length, {
    upgrade: (db, before) => STEPS.slice(before).forEach((step) => step(db)),
    // A newer version of the app wants to bring the database on: nothing of ours is under way between two changes.
    blocking: () => forget(),
    terminated: () => (opening = null),
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

function forget() {
  opening?.then((db) => db.close());
  opening = null;
}

/**
 * One change, kept whole or not at all. `work` gets the transaction and may wait for nothing but its requests.
 * Words may use the reserve; what `photo` is set for may not. Raises StorageFull.
 * @template T
 * @param {string[]} stores
 * @param {(tx: any) => Promise<T>|T} work
 * @param {{photo?: boolean}} [about]
 * @returns {Promise<T>}
 */
export async function write(stores, work, { photo = false } = {}) {
  try {
    return await attempt(stores, work);
  } catch (error) {
    if (!isFull(error)) throw error;
    if (photo) throw new StorageFull("photo");
  }
  await giveUpReserve();
  try {
    return await attempt(stores, work);
  } catch (error) {
    throw isFull(error) ? new StorageFull("text") : error;
  }
}

async function attempt(stores, work) {
  const tx = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  // Whoever waits for it hears below; nobody else needs to.
  tx.done.catch(() => {});
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    if (!tx.error) {
      try {
        tx.abort();
      } catch {
        // It is over already.
      }
    }
    throw tx.error ?? error;
  }
}

const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";

/** @param {string} key */
export async function meta(key) {
  return (await database()).get("meta", key);
}

/** @param {string} key @param {any} value; undefined takes it away */
export async function setMeta(key, value) {
  await write(["meta"], (tx) => keep(tx, key, value));
}

export function keep(tx, key, value) {
  const store = tx.objectStore("meta");
  return value === undefined ? store.delete(key) : store.put(value, key);
}

/** The next number of a row that only grows: what comes later is never decided by the phone's clock. */
export async function next(tx) {
  const store = tx.objectStore("meta");
  const n = ((await store.get("counter")) ?? 0) + 1;
  await store.put(n, "counter");
  return n;
}

/**
 * Puts the reserve (back) aside where there is room for it, and answers whether it is there. A file beside the
 * database: taken away it frees its room at once, which the database does seconds later only.
 * @returns {Promise<boolean>}
 */
export async function setReserveAside() {
  try {
    const folder = await navigator.storage.getDirectory();
    const file = await folder.getFileHandle(RESERVE_FILE, { create: true });
    if ((await file.getFile()).size >= RESERVE) return true;
    const out = await file.createWritable();
    try {
      await out.write(new Uint8Array(RESERVE));
      await out.close();
      return true;
    } catch (error) {
      await out.abort().catch(() => {});
      throw error;
    }
  } catch (error) {
    // A browser that has no such files keeps words as long as there is room.
    return !isFull(error);
  }
}

export async function giveUpReserve() {
  await (await navigator.storage.getDirectory()).removeEntry(RESERVE_FILE).catch(() => {});
}
