/**
 * The engine of the app: what is kept on the phone, and how it reaches the office. What the face may call is
 * exported here, and nothing else.
 */
import { changed, reload, show, snapshot } from "./state.js";
import { database, setReserveAside } from "./store.js";
import { now, sync } from "./outbox.js";
import { refreshPack } from "./pack.js";
import { sayFarewell } from "./leaving.js";
import { lookForVersion, watchWorker } from "./versions.js";

export { subscribe, snapshot, dismiss } from "./state.js";
export { newDraft, save, discard, restore, finish, edit } from "./drafts.js";
export { addPhoto, removePhoto, photoBlob } from "./photos.js";
export { signedIn, register, actAs, signOut } from "./leaving.js";
export { putAside } from "./outbox.js";
export { takeShared } from "./shared.js";
export { refreshPack } from "./pack.js";
export { whereAmI } from "./position.js";
export { useNewVersion } from "./versions.js";
export { StorageFull, Refused, NoSignal } from "./refusals.js";
export { now as sync };

/** Opens what is kept, shows it, and begins to send. Resolves before anything is asked of the network. */
export async function open() {
  await database();
  await reload("phone", "pack", "drafts");
  show({ opened: true });
  addEventListener("online", () => {
    show({ online: true });
    reach().catch(() => {});
  });
  addEventListener("offline", () => show({ online: false }));
  // An installed app is seldom opened anew: it lies behind others for days.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (performance.now() - reached > STALE) reach().catch(() => {});
    else if (snapshot().outbox.length) now().catch(() => {});
  });
  prepare().catch(() => {});
}

async function prepare() {
  // Without it the app works all the same while it is open.
  watchWorker().catch(() => {});
  if (snapshot().signedIn) await navigator.storage?.persist?.();
  await setReserveAside();
  await changed("storage");
  await reach();
}

// After that many milliseconds behind other apps it asks for news.
const STALE = 10 * 60_000;
let reached = -STALE;

/** Sends, fetches, says goodbye and looks for a new version, as far as there is something to do. */
async function reach() {
  if (navigator.onLine === false) return;
  reached = performance.now();
  lookForVersion();
  await sayFarewell();
  if (!snapshot().signedIn) return;
  await now();
  await refreshPack();
  if (snapshot().revoked) await sync();
}
