/**
 * What leaves the phone: words first, in batches, then photos; each kept until its receipt.
 *
 * Pages and the service worker share one lock, so that nothing is sent by two at once. What breaks off is tried
 * again after a growing pause, when the signal comes back, at the next opening, and by the browser itself where
 * it offers that.
 */
import { putIntoOutbox } from "./drafts.js";
import { refreshPack } from "./pack.js";
import { changed, notice, progress, show, syncing } from "./state.js";
import { database, keep, meta, next, setReserveAside, write } from "./store.js";
import { ask } from "./server.js";
import { NoSignal, Refused, refuse, ServerTrouble } from "./refusals.js";
import { upload } from "./uploads.js";
import { wipe } from "./leaving.js";

const LOCK = "kheo-field-send";
const MOST_ENVELOPES = 50;
const MOST_BYTES = 1_900_000;
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 5 * 60_000;

let running = null;
let wanted = false;
let failures = 0;
let timer = 0;
// Whether anything was received since the pack was fetched: what was sent changes what is due.
let news = false;

/**
 * Sends all that can be sent. Answers how it went: {left: envelopes not yet received whole, trouble: sentence or ""}.
 * Never rejects for want of signal.
 * @returns {Promise<{left: number, trouble: string, again: boolean}>}
 */
export function sync() {
  wanted = true;
  running ??= alone(rounds).finally(() => (running = null));
  return running;
}

/** The same in the background: now, and through the browser should the app be closed meanwhile. */
export function send() {
  globalThis.navigator?.serviceWorker?.getRegistration?.("/thuc-dia/")
    .then((worker) => worker?.sync?.register("outbox"))
    .catch(() => {});
  sync().catch(() => {});
}

/** The signal is back, or the person asks: the pause is over. */
export function now() {
  failures = 0;
  return sync();
}

/** For what must not happen while something is sent, here or in another tab or in the worker. */
export const alone = (work) => navigator.locks.request(LOCK, work);

async function rounds() {
  clearTimeout(timer);
  // The browser is never wrong about having no signal, only about having some.
  if (navigator.onLine === false) {
    const { sentence } = new NoSignal();
    return { left: await unreceived(), trouble: sentence, again: true };
  }
  syncing(true);
  try {
    let trouble = null;
    do {
      wanted = false;
      trouble = await round();
    } while (wanted && !trouble);
    const left = await unreceived();
    const again = trouble instanceof NoSignal;
    if (again) pause();
    else failures = 0;
    if (news && typeof document !== "undefined") {
      news = false;
      refreshPack().catch(() => {});
    }
    return { left, trouble: trouble?.sentence ?? "", again: again && left > 0 };
  } finally {
    syncing(false);
  }
}

/** A longer pause after each failure, never the same for two phones that lost the signal together. */
function pause() {
  failures += 1;
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  timer = setTimeout(() => sync().catch(() => {}), longest * (0.5 + Math.random() / 2));
}

/** One go at everything. Answers what stopped it, if something did. */
async function round() {
  const phone = await meta("phone");
  if (!phone || phone.expired) return null;
  try {
    await sendWords();
    // Only now may it have been told that this phone's use has ended.
    if (await meta("handIn")) {
      await handInDrafts();
      await sendWords();
    }
    const refusedPhoto = await sendPhotos();
    // The signal may have gone while the last answer was being read.
    show({ online: navigator.onLine !== false, serverTrouble: "" });
    if (!(await meta("handIn"))) await setReserveAside();
    else if (!(await unreceived()) && !(await unfinished()).length) await wipe({ farewell: true });
    return refusedPhoto;
  } catch (error) {
    return stopped(error);
  }
}

/** What an answer other than a receipt means for this phone. Answers the error, or null when it is dealt with. */
export async function stopped(error) {
  if (error instanceof NoSignal) {
    const reached = error instanceof ServerTrouble;
    show({ online: reached, serverTrouble: reached ? error.sentence : "" });
    return error;
  }
  if (!(error instanceof Refused)) throw error;
  if (error.code === "sign_in_again" || error.status === 401) await signInAgain();
  else if (error.code === "hand_in_and_wipe") await handIn();
  else notice("warn", "refused", { sentence: error.sentence });
  return error;
}

async function signInAgain() {
  await write(["meta"], async (tx) => {
    const phone = await tx.objectStore("meta").get("phone");
    if (phone) await keep(tx, "phone", { ...phone, expired: true });
  });
  await changed("phone");
}

/** The office ended this phone's use: it hands in what it holds, then empties itself. */
export async function handIn() {
  if (await meta("handIn")) return;
  await write(["meta"], (tx) => keep(tx, "handIn", true));
  await changed("phone");
  wanted = true;
}

/** Unfinished work goes too: it is kept for the unit, not sent on in the person's name. */
async function handInDrafts() {
  const drafts = await unfinished();
  await write(["drafts", "outbox", "pack", "meta"], async (tx) => {
    for (const { id } of drafts) {
      const draft = await tx.objectStore("drafts").get(id);
      if (draft) await putIntoOutbox(tx, draft, false);
    }
  });
  await changed("drafts");
}

/** Drafts with something in them. */
async function unfinished() {
  const drafts = await (await database()).getAll("drafts");
  return drafts.filter((draft) => !draft.binned && (draft.photos.length || Object.values(draft.data).some((value) => value.length)));
}

async function unreceived() {
  const items = await (await database()).getAll("outbox");
  return items.filter((item) => item.state === "here" || item.state === "received" || (item.photosLeft > 0 && item.state === "attention")).length;
}

// Words

const envelope = (item) => ({
  id: item.id, kind: item.kind, as: item.as, pack_day: item.pack_day, form: item.form, written_at: item.written_at,
  replaces: item.replaces, data: item.data, send: item.send,
  photos: item.photos.map((photo) => ({ sha256: photo.sha256, size: photo.size, name: photo.name, taken_on: photo.takenOn })),
});

async function sendWords() {
  let most = MOST_ENVELOPES;
  for (;;) {
    const waiting = (await (await database()).getAll("outbox")).filter((item) => item.state === "here").sort((a, b) => a.order - b.order);
    if (!waiting.length) return;
    const batch = [];
    let bytes = 0;
    for (const item of waiting.slice(0, most)) {
      bytes += new Blob([JSON.stringify(envelope(item))]).size;
      if (batch.length && bytes > MOST_BYTES) break;
      batch.push(item);
    }
    try {
      await sendBatch(batch, waiting.length - batch.length);
    } catch (error) {
      if (!(error instanceof Refused) || ![400, 413, 422].includes(error.status)) throw error;
      // Something in it cannot be taken at all: the others must not wait for it.
      if (batch.length > 1) most = Math.ceil(batch.length / 2);
      else await refused(batch[0], error);
    }
  }
}

async function sendBatch(batch, waiting) {
  await write(["outbox"], async (tx) => {
    for (const item of batch) await tx.objectStore("outbox").put({ ...item, flight: true });
  });
  batch.forEach((item) => progress(item.id, { done: 0, all: bytesOf(item) }));
  try {
    const answer = await ask("deliveries", { waiting, envelopes: batch.map(envelope) });
    await received(batch, answer.receipts ?? []);
    if (answer.phone?.state === "hand_in_and_wipe") await handIn();
  } finally {
    batch.forEach((item) => progress(item.id, null));
    await changed("outbox");
  }
}

/** What counts for the progress: words as a little, photos by their bytes. */
const bytesOf = (item) => 20_000 + item.photos.reduce((sum, photo) => sum + photo.size, 0);

/** Writes down what became of each, in one transaction. A delivery without a receipt stays as it is. */
async function received(batch, receipts) {
  const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
  let understood = 0;
  await write(["outbox", "photos", "sent", "meta"], async (tx) => {
    for (const [place, item] of batch.entries()) {
      const receipt = byId.get(item.id) ?? (receipts[place]?.id ? null : receipts[place]);
      if (!receipt) continue;
      understood += 1;
      await take(tx, item, receipt);
    }
  });
  news = true;
  if (!understood) throw new NoSignal(new Error("an answer without receipts"));
  await changed("outbox");
}

async function take(tx, item, receipt) {
  // A photo goes once more rather than not at all.
  const missing = receipt.photos_missing ? new Set(receipt.photos_missing) : null;
  const unreadable = receipt.state === "unreadable";
  let photosLeft = 0;
  for (const { sha256 } of item.photos) {
    const photo = await tx.objectStore("photos").get([item.id, sha256]);
    if (!photo) continue;
    const uploaded = missing ? !missing.has(sha256) : false;
    if (!uploaded && !unreadable) photosLeft += 1;
    await tx.objectStore("photos").put({ ...photo, uploaded, url: photo.uploaded && !uploaded ? null : photo.url });
  }
  const state = { needs_attention: "attention", unreadable: "attention", conflict: "conflict" }[receipt.state] ?? "received";
  await put(tx, {
    ...item, flight: false, state, outcome: receipt.state, number: receipt.number ?? item.number, sentence: receipt.sentence ?? "",
    notes: receipt.notes ?? [], errors: receipt.errors ?? {}, record: receipt.record ?? null,
    content: unreadable ? item.replaces : receipt.content,
    receivedAt: new Date().toISOString(), photosLeft, all: bytesOf(item), done: 20_000,
  });
}

/** What is received whole leaves the outbox; only then are its photos dropped. */
async function put(tx, item) {
  if (item.state !== "received" || item.photosLeft > 0) return tx.objectStore("outbox").put(item);
  for (const { sha256 } of item.photos) await tx.objectStore("photos").delete([item.id, sha256]);
  await tx.objectStore("outbox").delete(item.id);
  return tx.objectStore("sent").put({ ...item, order: await next(tx) });
}

async function refused(item, error) {
  await write(["outbox"], (tx) =>
    tx.objectStore("outbox").put({ ...item, flight: false, state: "attention", content: item.replaces, sentence: error.sentence, errors: {} }),
  );
  await changed("outbox");
}

// Photos

async function sendPhotos() {
  const phone = await meta("phone");
  let trouble = null;
  for (const item of (await (await database()).getAll("outbox")).sort((a, b) => a.order - b.order)) {
    if (item.state === "here" || !item.photosLeft) continue;
    let before = 20_000;
    for (const { sha256, size } of item.photos) {
      const photo = await (await database()).get("photos", [item.id, sha256]);
      if (photo && !photo.uploaded) {
        try {
          progress(item.id, { done: before, all: bytesOf(item) });
          await upload(photo, phone, (url) => remember(item.id, sha256, { url }), (done) => progress(item.id, { done: before + done, all: bytesOf(item) }));
          await remember(item.id, sha256, { uploaded: true });
        } catch (error) {
          if (error instanceof NoSignal || error.status === 401) throw error;
          // This one will not be taken; the person hears of it and the others go on.
          trouble = error;
          await remember(item.id, sha256, { uploaded: true, refused: error.sentence });
          notice("warn", "photo_refused", { name: photo.name, sentence: error.sentence });
        } finally {
          progress(item.id, null);
        }
        await settle(item.id, before + size);
      }
      before += size;
    }
  }
  return trouble;
}

async function remember(id, sha256, about) {
  await write(["photos"], async (tx) => {
    const photo = await tx.objectStore("photos").get([id, sha256]);
    if (photo) await tx.objectStore("photos").put({ ...photo, ...about });
  });
}

/** Counts anew what is left of an envelope after one of its photos has gone. */
async function settle(id, done) {
  await write(["outbox", "photos", "sent", "meta"], async (tx) => {
    const item = await tx.objectStore("outbox").get(id);
    if (!item || item.state === "here") return;
    let photosLeft = 0;
    for (const { sha256 } of item.photos) {
      const photo = await tx.objectStore("photos").get([id, sha256]);
      if (photo && !photo.uploaded) photosLeft += 1;
    }
    await put(tx, { ...item, photosLeft, done });
  });
  await changed("outbox");
}

/** What the office says of things that still waited here for attention. @param {Object<string, any>} items of the pack */
export async function followOffice(items) {
  const settled = (await (await database()).getAll("outbox")).filter(
    (item) => ["attention", "conflict"].includes(item.state) && ["sent", "accepted", "superseded", "quarantined"].includes(items[`mine:${item.id}`]?.state),
  );
  if (!settled.length) return;
  await write(["outbox", "photos", "sent", "meta"], async (tx) => {
    for (const item of settled) await put(tx, { ...item, state: "received", errors: {}, sentence: "" });
  });
  await changed("outbox");
}

/** Nothing more can be done with it here: the office decides between the two. */
export async function putAside(id) {
  await write(["outbox", "photos", "sent", "meta"], async (tx) => {
    const item = await tx.objectStore("outbox").get(id);
    if (item?.state !== "conflict") throw refuse("gone");
    await put(tx, { ...item, state: "received", photosLeft: 0 });
  });
  await changed("outbox");
}
