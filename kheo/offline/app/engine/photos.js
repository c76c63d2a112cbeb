/** Photos of a draft: shrunk on the phone, without what cameras write into them, and kept until the office has them. */
import { changed, full, notice, reload, snapshot } from "./state.js";
import { database, next, setReserveAside, write } from "./store.js";
import { StorageFull, refuse } from "./refusals.js";

const LONG_SIDE = 1600;
const QUALITY = 0.82;
const MOST = 10;
const MOST_BYTES = 20 * 1024 * 1024;

// One at a time: a decoded photo of a phone takes more memory than all the rest of the app.
let line = Promise.resolve();

/**
 * Adds a photo to a draft. Rejects with an error whose `sentence` is for the person: StorageFull, or Refused for
 * what is no photo or one too many. Answers {sha256, name, size, takenOn, addedAt, asIs}.
 * @param {string} id @param {File} file
 */
export function addPhoto(id, file) {
  const done = line.then(() => add(id, file));
  line = done.catch(() => {});
  return done;
}

async function add(id, file) {
  const { settings } = snapshot();
  const most = settings.most_photos ?? MOST;
  const before = await (await database()).get("drafts", id);
  if (!before) throw refuse("gone");
  if (before.photos.length >= most) throw refuse("photo_too_many", { most });
  const { blob, asIs } = await shrunk(file, settings.photo_long_side ?? LONG_SIDE);
  if (blob.size > (settings.most_photo_bytes ?? MOST_BYTES)) throw refuse("photo_too_large", { name: file.name });
  const sha256 = await hashOf(blob);
  const photo = { sha256, name: nameOf(file, asIs), size: blob.size, takenOn: dayOf(file.lastModified), addedAt: new Date().toISOString(), asIs };
  if (before.photos.some((each) => each.sha256 === sha256)) return photo;
  try {
    // While the reserve is not back in its place, what room there is belongs to words.
    if (!(await setReserveAside())) throw new StorageFull("photo");
    await write(
      ["drafts", "photos", "meta"],
      async (tx) => {
        const draft = await tx.objectStore("drafts").get(id);
        if (!draft) throw refuse("gone");
        await tx.objectStore("photos").put({ id, ...photo, blob, url: null, uploaded: false });
        await tx.objectStore("drafts").put({ ...draft, photos: [...draft.photos, photo], touched: await next(tx) });
      },
      { photo: true },
    );
  } catch (error) {
    if (error instanceof StorageFull) full(error.sentence);
    throw error;
  }
  await changed("drafts");
  if (asIs) notice("info", "photo_as_is", { name: file.name });
  reload("storage").catch(() => {});
  return photo;
}

/** Takes a photo off a draft. @param {string} id @param {string} sha256 */
export async function removePhoto(id, sha256) {
  await write(["drafts", "photos", "meta"], async (tx) => {
    const draft = await tx.objectStore("drafts").get(id);
    if (!draft) return;
    await tx.objectStore("photos").delete([id, sha256]);
    await tx.objectStore("drafts").put({ ...draft, photos: draft.photos.filter((each) => each.sha256 !== sha256), touched: await next(tx) });
  });
  await changed("drafts");
}

/** The photo itself, for a preview; null when the office has it already. @returns {Promise<Blob|null>} */
export async function photoBlob(id, sha256) {
  return (await (await database()).get("photos", [id, sha256]))?.blob ?? null;
}

/**
 * The photo with at most that long side, upright, as a JPEG with nothing in it but the picture. What this browser
 * cannot read, such as HEIC, stays as it is: the office's server strips it before anyone else sees it.
 */
async function shrunk(file, longSide) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    if (/^image\/hei[cf]/.test(file.type) || /\.hei[cf]$/i.test(file.name)) return { blob: file, asIs: true };
    throw refuse("photo_unreadable", { name: file.name });
  }
  try {
    const scale = Math.min(1, longSide / Math.max(bitmap.width, bitmap.height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
    const pen = canvas.getContext("2d", { alpha: false });
    // What was see-through in a picture becomes white, as on paper.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return { blob: await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY }), asIs: false };
  } finally {
    bitmap.close();
  }
}

async function hashOf(blob) {
  const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const nameOf = (file, asIs) => (asIs ? file.name : `${(file.name || "photo").replace(/\.[^.]*$/, "")}.jpg`).slice(-120);

/** "2026-11-28" of a moment on the phone's clock; null when there is none. */
function dayOf(moment) {
  if (!moment) return null;
  const date = new Date(moment);
  return [date.getFullYear(), String(date.getMonth() + 1).padStart(2, "0"), String(date.getDate()).padStart(2, "0")].join("-");
}
