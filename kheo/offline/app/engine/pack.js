/** The field pack: what this person needs to work without signal, fetched by difference. */
import { changed, show, snapshot } from "./state.js";
import { database, keep, meta, write } from "./store.js";
import { ask } from "./server.js";
import { Refused } from "./refusals.js";
import { emptyBin } from "./drafts.js";
import { followOffice, stopped } from "./outbox.js";

let running = null;

/** Brings the pack up to date. Never rejects: `snapshot().pack.trouble` says what hindered it. */
export function refreshPack() {
  running ??= refresh().finally(() => (running = null));
  return running;
}

/** The same for a person or a post that took over just now: what is under way was asked for whoever was before. */
export async function fetchAnew() {
  await running?.catch(() => {});
  await refreshPack();
}

async function refresh() {
  const phone = await meta("phone");
  if (!phone || phone.expired) return;
  const about = (changes) => show({ pack: { ...snapshot().pack, ...changes } });
  about({ refreshing: true, trouble: "" });
  try {
    // First: whoever may act as another today fetches the pack of that post.
    await renew();
    const db = await database();
    const before = await db.getAll("pack");
    const have = Object.fromEntries(before.map((row) => [row.key, row.hash]));
    const answer = await ask("pack", { have, as: (await meta("phone"))?.as ?? null });
    await write(["pack", "meta"], async (tx) => {
      const store = tx.objectStore("pack");
      // Whoever signed out meanwhile leaves nothing here.
      if ((await tx.objectStore("meta").get("phone"))?.phone !== phone.phone) return;
      for (const key of answer.gone) await store.delete(key);
      for (const [key, content] of Object.entries(answer.changed)) await store.put({ key, content, hash: answer.hashes[key] }, key);
      await keep(tx, "pack", { day: answer.day, fetchedAt: new Date().toISOString(), size: answer.bytes });
    });
    await changed("pack");
    show({ online: true });
    await emptyBin(answer.day);
    await followOffice(Object.fromEntries((await db.getAll("pack")).map((row) => [row.key, row.content])));
    about({ refreshing: false });
  } catch (error) {
    about({ refreshing: false, trouble: error.sentence ?? "" });
    await stopped(error).catch(() => {});
    if (!error.sentence && !(error instanceof Refused)) throw error;
  }
}

/** Who I am to the office now: posts and settings may have changed since the phone was registered. */
async function renew() {
  const told = await ask("me");
  await write(["meta"], async (tx) => {
    const phone = await tx.objectStore("meta").get("phone");
    if (!phone) return;
    const posts = told.posts ?? phone.posts;
    const as = posts.some((post) => post.id === phone.as) ? phone.as : (posts[0]?.id ?? null);
    await keep(tx, "phone", { ...phone, posts, as, person: told.person ?? phone.person, settings: told.settings ?? phone.settings, good_until: told.good_until ?? phone.good_until });
  });
  await changed("phone");
}
