/** What is being written: kept at each keystroke, thrown away only into a bin, and put into the outbox whole. */
import { changed, full, holdUnkept, kept, letGoOfUnkept, reload, snapshot, typed } from "./state.js";
import { database, next, write } from "./store.js";
import { StorageFull, refuse } from "./refusals.js";
import { send } from "./outbox.js";

export const BIN_DAYS = 7;

/** Texts as a web form sends them: a box that is not ticked is not there. */
function asTyped(value) {
  if (Array.isArray(value)) return value.map(String);
  if (value === true) return "on";
  return value === false || value === null || value === undefined ? "" : String(value);
}

/**
 * Begins something and answers its id, which the envelope will keep.
 * @param {"report"|"registration"|"unit_report"|"continuing"} kind
 * @param {{data?: Object<string, any>, errors?: any, sentence?: string, replaces?: string|null, id?: string, photos?: any[]}} [start]
 * @returns {Promise<string>}
 */
export async function newDraft(kind, start = {}) {
  const id = start.id ?? crypto.randomUUID();
  const { as } = snapshot();
  const data = Object.fromEntries(Object.entries(start.data ?? {}).map(([name, value]) => [name, asTyped(value)]));
  await orSayFull(() =>
    write(["drafts", "meta"], async (tx) => {
      const now = new Date().toISOString();
      await tx.objectStore("drafts").put({
        id, kind, as: start.as ?? as, data, photos: start.photos ?? [], errors: start.errors ?? {}, sentence: start.sentence ?? "",
        replaces: start.replaces ?? null, startedAt: now, changedAt: now, touched: await next(tx), binned: false,
      });
    }),
  );
  await changed("drafts");
  return id;
}

/** What waits to be kept of each draft, and the change under way. */
const waiting = new Map();

/**
 * Keeps what a field holds now; to be called at each keystroke. Resolves when it is on the disk; rejects with
 * StorageFull when there is no room: it stays in the snapshot, and the next keystroke tries it again.
 * @param {string} id @param {string} name @param {string|string[]|boolean} value
 */
export function save(id, name, value) {
  const text = asTyped(value);
  typed(id, { [name]: text });
  const turn = waiting.get(id) ?? { values: {}, under: Promise.resolve(), coming: null };
  waiting.set(id, turn);
  turn.values[name] = text;
  // What is typed while one change is written goes together into the next.
  turn.coming ??= turn.under.then(() => {
    const values = turn.values;
    Object.assign(turn, { values: {}, coming: null });
    const done = keepValues(id, values).catch((error) => {
      turn.values = { ...values, ...turn.values };
      throw error;
    });
    turn.under = done.catch(() => {});
    return done;
  });
  return turn.coming;
}

async function keepValues(id, values) {
  try {
    await orSayFull(() =>
      write(["drafts", "meta"], async (tx) => {
        const store = tx.objectStore("drafts");
        const draft = await store.get(id);
        if (!draft) return;
        await store.put({ ...draft, data: { ...draft.data, ...values }, changedAt: new Date().toISOString(), touched: await next(tx) });
      }),
    );
  } catch (error) {
    holdUnkept(id, values);
    throw error;
  }
  letGoOfUnkept(id);
  full("");
  kept(id);
}

/** Waits until all that was typed is kept. Raises StorageFull. */
async function settled(id) {
  const turn = waiting.get(id);
  if (!turn) return;
  await turn.under;
  if (turn.coming) await turn.coming;
  else if (Object.keys(turn.values).length) {
    const values = turn.values;
    await keepValues(id, values);
    turn.values = {};
  }
}

/** Into the bin, where it stays for a week. */
export async function discard(id) {
  await settled(id).catch(() => {});
  await write(["drafts", "meta"], async (tx) => {
    const store = tx.objectStore("drafts");
    const draft = await store.get(id);
    if (!draft) return;
    // By the server's days: the phone's own clock may be wrong by a year.
    const day = (await tx.objectStore("meta").get("pack"))?.day ?? null;
    await store.put({ ...draft, binned: true, binnedOn: day, touched: await next(tx) });
  });
  await changed("drafts");
}

/** Back out of the bin. */
export async function restore(id) {
  await write(["drafts", "meta"], async (tx) => {
    const store = tx.objectStore("drafts");
    const draft = await store.get(id);
    if (draft) await store.put({ ...draft, binned: false, binnedOn: null, touched: await next(tx) });
  });
  await changed("drafts");
}

/** Takes out of the bin what has lain there for a week of the server's days. @param {string} day "2026-11-28" */
export async function emptyBin(day) {
  const db = await database();
  const old = (await db.getAll("drafts")).filter((draft) => draft.binned && draft.binnedOn && daysBetween(draft.binnedOn, day) >= BIN_DAYS);
  const undated = (await db.getAll("drafts")).filter((draft) => draft.binned && !draft.binnedOn);
  if (!old.length && !undated.length) return;
  await write(["drafts", "photos", "outbox"], async (tx) => {
    for (const draft of old) {
      await tx.objectStore("drafts").delete(draft.id);
      // What it was to correct still waits, with its photos.
      if (await tx.objectStore("outbox").get(draft.id)) continue;
      for (const photo of draft.photos) await tx.objectStore("photos").delete([draft.id, photo.sha256]);
    }
    for (const draft of undated) await tx.objectStore("drafts").put({ ...draft, binnedOn: day });
  });
  await changed("drafts");
}

const daysBetween = (from, to) => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/**
 * Puts the draft into the outbox as it stands and begins to send. Raises StorageFull; the draft stays then.
 * @param {string} id
 */
export async function finish(id) {
  await settled(id);
  await orSayFull(() =>
    write(["drafts", "outbox", "pack", "meta"], async (tx) => {
      const draft = await tx.objectStore("drafts").get(id);
      if (!draft || draft.binned) throw refuse("gone");
      await putIntoOutbox(tx, draft, true);
    }),
  );
  await changed("drafts");
  send();
}

/**
 * Frozen from here on: each retry says the very same. Part of a transaction on drafts, outbox, pack and meta.
 * @param {boolean} sent false: to be kept as a draft of the unit
 */
export async function putIntoOutbox(tx, draft, sent) {
  const form = (await tx.objectStore("pack").get(`form:${draft.kind}`))?.content;
  const pack = await tx.objectStore("meta").get("pack");
  await tx.objectStore("outbox").put({
    id: draft.id, kind: draft.kind, as: draft.as, pack_day: pack?.day ?? null, form: form?.version ?? null,
    written_at: new Date().toISOString(), replaces: draft.replaces, data: whole(draft.data, form), photos: draft.photos, send: sent,
    order: await next(tx), state: "here", number: "", sentence: "", notes: [], errors: {}, record: null,
    finishedAt: new Date().toISOString(), receivedAt: null, photosLeft: draft.photos.length, flight: false,
  });
  await tx.objectStore("drafts").delete(draft.id);
}

/** With what stood in the form already and was left as it was; without what was not ticked or asked. */
function whole(data, form) {
  const values = {};
  for (const field of form?.fields ?? []) {
    if (field.initial !== undefined && field.initial !== null && field.kind !== "photos") values[field.name] = asTyped(field.initial);
  }
  for (const line of form?.lines ?? []) {
    values[`line_${line.id}`] = asTyped(line.standing ?? "same");
    values[`note_${line.id}`] = asTyped(line.note);
  }
  Object.assign(values, data);
  const boxes = new Set((form?.fields ?? []).filter((field) => field.kind === "checkbox").map((field) => field.name));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !(boxes.has(name) && value === "") && !(Array.isArray(value) && !value.length)));
}

/**
 * Makes a draft again of what needs attention, was returned, or has not left yet. Answers the draft's id.
 * @param {string} id
 */
export async function edit(id) {
  const db = await database();
  const [item, draft] = await Promise.all([db.get("outbox", id), db.get("drafts", id)]);
  if (draft) {
    if (draft.binned) await restore(id);
    return id;
  }
  if (item) return editWaiting(id);
  const told = (await db.get("pack", `mine:${id}`))?.content;
  if (told?.values) {
    // What was returned is corrected by a new envelope that names it.
    const named = !told.record ? {} : told.kind === "registration" ? { enrolment: told.record[1] } : { series: id };
    const data = { ...told.values, ...named };
    return newDraft(told.kind, {
      data, errors: told.errors, sentence: told.reason ?? told.sentence ?? "",
      ...(told.state === "needs_attention" && told.content ? { id, replaces: told.content } : {}),
    });
  }
  throw refuse("gone");
}

async function editWaiting(id) {
  await write(["outbox", "drafts", "meta"], async (tx) => {
    const item = await tx.objectStore("outbox").get(id);
    if (!item || item.state === "received" || item.state === "conflict") throw refuse("gone");
    // It may have arrived although no answer has: only its receipt says under which name it is replaced.
    if (item.state === "here" && item.flight) throw refuse("under_way");
    const now = new Date().toISOString();
    await tx.objectStore("drafts").put({
      id, kind: item.kind, as: item.as, data: item.data, photos: item.photos, errors: item.errors, sentence: item.sentence,
      replaces: item.state === "attention" ? item.content : item.replaces, startedAt: item.finishedAt, changedAt: now,
      touched: await next(tx), binned: false,
    });
    if (item.state === "here") await tx.objectStore("outbox").delete(id);
  });
  await changed("drafts");
  return id;
}

/** Says on the screen that the phone is full, and passes it on. */
export async function orSayFull(work) {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageFull) {
      full(error.sentence);
      reload("storage").catch(() => {});
    }
    throw error;
  }
}
