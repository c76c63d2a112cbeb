/** Signing in, signing out, sealing what could not be sent, and emptying the phone. */
import { changed, notice, snapshot } from "./state.js";
import { THEIRS, UNSENT, database, giveUpReserve, keep, meta, write } from "./store.js";
import { ask, askSignedIn } from "./server.js";
import { fetchAnew } from "./pack.js";
import { alone, send, sync } from "./outbox.js";

export const signedIn = () => snapshot().signedIn;

/**
 * Makes this browser the person's phone, with the sign-in of the web pages. Another person's work on it is sealed
 * first; one's own that was sealed comes back. Rejects with Refused (code "sign_in" when nobody is signed in).
 */
export async function register() {
  const before = await meta("phone");
  const sealed = (await meta("sealedFor")) ?? [];
  const first = before?.phone ?? sealed.at(-1)?.phone ?? null;
  let phone = await askSignedIn("phones", { phone: first });
  const own = sealed.findLast((each) => each.person === phone.person.id);
  // The work lies under the name this phone had for that person.
  if (own && own.phone !== first && own.phone !== phone.phone) phone = await askSignedIn("phones", { phone: own.phone });
  if (before && before.person.id !== phone.person.id) {
    // What is ready goes first, in the name of whoever wrote it.
    await sync().catch(() => {});
    await alone(async () => {
      if (await meta("phone")) await wipe({ farewell: true, sealed: await seal(before) });
    });
  }
  await write(["meta"], async (tx) => {
    const as = phone.posts.some((post) => post.id === before?.as) ? before.as : (phone.posts[0]?.id ?? null);
    await keep(tx, "phone", { ...phone, as, expired: false });
    await keep(tx, "handIn", undefined);
  });
  await unseal(phone);
  await navigator.storage?.persist?.();
  await changed("phone", "drafts", "storage");
  await fetchAnew();
  send();
}

/** As which of the person's posts new work is written. @param {number} post */
export async function actAs(post) {
  await write(["meta"], async (tx) => {
    const phone = await tx.objectStore("meta").get("phone");
    if (phone) await keep(tx, "phone", { ...phone, as: post });
  });
  await changed("phone");
  await fetchAnew();
}

/**
 * Sends what is ready, then leaves nothing of the person here: "sent". What could not be sent, or was not finished,
 * is sealed for the person's next sign-in: "sealed".
 * @returns {Promise<"sent"|"sealed">}
 */
export async function signOut() {
  const phone = await meta("phone");
  if (!phone) return "sent";
  if (navigator.onLine !== false) await sync().catch(() => {});
  return alone(() => leave(phone));
}

async function leave(phone) {
  // A phone that had to hand in has emptied itself.
  if (!(await meta("phone"))) return "sent";
  const db = await database();
  const [drafts, items] = await Promise.all([db.getAll("drafts"), db.getAll("outbox")]);
  const left = items.length + drafts.filter((draft) => !draft.binned).length;
  if (left) await seal(phone);
  await wipe({ farewell: true, sealed: left });
  return left ? "sealed" : "sent";
}

/**
 * Empties the phone of everything of this person; what is sealed stays. The office hears of it when it can.
 * @param {{farewell?: boolean, sealed?: number}} about
 */
export async function wipe({ farewell = false, sealed = 0 } = {}) {
  const phone = await meta("phone");
  const revoked = await meta("handIn");
  await write([...THEIRS, "meta"], async (tx) => {
    for (const store of THEIRS) await tx.objectStore(store).clear();
    for (const key of ["phone", "pack", "handIn", "counter"]) await keep(tx, key, undefined);
    // Only for the word of farewell; taken away with it.
    if (farewell && phone && revoked) await keep(tx, "farewell", { phone: phone.phone, key: phone.key });
  });
  await changed("phone", "pack", "drafts", "storage");
  if (revoked) notice("warn", "wiped");
  if (farewell && phone) {
    const said = await ask("farewell", { wiped: !sealed, sealed }, phone).then(() => true, (error) => error.status > 0);
    if (said) await write(["meta"], (tx) => keep(tx, "farewell", undefined));
  }
}

/** The word of farewell that found no signal. */
export async function sayFarewell() {
  const phone = await meta("farewell");
  if (!phone) return;
  const said = await ask("farewell", { wiped: true, sealed: 0 }, phone).then(() => true, (error) => error.status > 0);
  if (said) await write(["meta"], (tx) => keep(tx, "farewell", undefined));
}

// Sealing: one row after the other, so that a phone that dies halfway has each either open or sealed.

/**
 * @param {any} phone whose person's work is sealed, with the key that the office keeps for it
 * @returns {Promise<number>} how many pieces of work
 */
async function seal(phone) {
  let pieces = 0;
  const db = await database();
  const key = await keyOf(phone.seal);
  await write(["meta"], async (tx) => {
    const sealed = ((await tx.objectStore("meta").get("sealedFor")) ?? []).filter((each) => each.phone !== phone.phone);
    await keep(tx, "sealedFor", [...sealed, { phone: phone.phone, person: phone.person.id, name: phone.person.name }]);
  });
  // Room for the sealed copy beside the open one.
  await giveUpReserve();
  for (const store of UNSENT) {
    for (const open of await db.getAllKeys(store)) {
      const row = await db.get(store, open);
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, await bottled(row));
      await write([store, "sealed"], async (tx) => {
        await tx.objectStore("sealed").add({ phone: phone.phone, person: phone.person.id, store, iv, data });
        await tx.objectStore(store).delete(open);
      });
      if (store === "drafts" || store === "outbox") pieces += 1;
    }
  }
  return pieces;
}

/** Opens what was sealed for this person; what cannot be opened stays sealed. */
async function unseal(phone) {
  const db = await database();
  const rows = (await db.getAllKeys("sealed")) ?? [];
  if (!rows.length) return;
  const key = await keyOf(phone.seal);
  let shut = 0;
  for (const n of rows) {
    const { store, iv, data, ...whose } = await db.get("sealed", n);
    if (whose.person !== phone.person.id) continue;
    let row;
    try {
      row = unbottled(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
    } catch {
      shut += 1;
      continue;
    }
    await write([store, "sealed", "meta"], async (tx) => {
      await tx.objectStore(store).put(row);
      await tx.objectStore("sealed").delete(n);
      // What comes later is numbered after what was there.
      const counter = (await tx.objectStore("meta").get("counter")) ?? 0;
      await keep(tx, "counter", Math.max(counter, row.order ?? 0, row.touched ?? 0));
    });
  }
  if (shut) return notice("error", "still_sealed");
  await write(["meta"], async (tx) => {
    const sealed = ((await tx.objectStore("meta").get("sealedFor")) ?? []).filter((each) => each.person !== phone.person.id);
    await keep(tx, "sealedFor", sealed.length ? sealed : undefined);
  });
}

const keyOf = (base64) =>
  crypto.subtle.importKey("raw", Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);

/** A row with its photos as bytes: the length of the JSON, the JSON, the photos one after the other. */
async function bottled(row) {
  const blobs = [];
  const text = JSON.stringify(row, (name, value) => {
    if (!(value instanceof Blob)) return value;
    blobs.push(value);
    return { blob: value.size, type: value.type, name: value.name };
  });
  const words = new TextEncoder().encode(text);
  return new Blob([new Uint32Array([words.length]), words, ...blobs]).arrayBuffer();
}

function unbottled(buffer) {
  const length = new Uint32Array(buffer.slice(0, 4))[0];
  let at = 4 + length;
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), (name, value) => {
    if (typeof value?.blob !== "number") return value;
    const bytes = buffer.slice(at, (at += value.blob));
    return value.name === undefined ? new Blob([bytes], { type: value.type }) : new File([bytes], value.name, { type: value.type });
  });
}
