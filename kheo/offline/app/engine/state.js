/**
 * What the face shows: one frozen picture of what is kept, made anew for each part that changed.
 *
 * Other tabs and the service worker tell what they changed, so that all show the same.
 */
import { t } from "../words.js";
import { database, meta } from "./store.js";

const page = typeof document !== "undefined";
const channel = new BroadcastChannel("kheo-field");
const listeners = new Set();

let current = {
  opened: false, signedIn: false, mustSignInAgain: false, phone: null, person: null, posts: [], as: null,
  goodUntil: null, settings: {}, sealedFor: "",
  pack: { day: null, fetchedAt: null, items: {}, size: 0, refreshing: false, trouble: "" },
  drafts: [], bin: [], outbox: [], sent: [],
  online: navigator.onLine !== false, serverTrouble: "", syncing: false, newVersion: false,
  storage: { full: false, sentence: "", used: 0, quota: 0, persisted: false }, notices: [],
};
// What is under way, by envelope: bytes sent and bytes in all. Never stored, so that nothing stays "sending".
const under = new Map();
// What was typed and could not be kept: it stays in what is shown.
const unkept = new Map();
let told = false;

/** @param {() => void} listener @returns {() => void} takes it away again */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const snapshot = () => current;

/** @param {Partial<typeof current>} changes */
export function show(changes) {
  current = { ...current, ...changes };
  if (told) return;
  told = true;
  queueMicrotask(() => {
    told = false;
    listeners.forEach((listener) => listener());
  });
}

const parts = {
  async phone() {
    const [phone, handIn, sealed] = await Promise.all([meta("phone"), meta("handIn"), meta("sealedFor")]);
    show({
      signedIn: Boolean(phone), mustSignInAgain: Boolean(phone?.expired), phone: phone?.phone ?? null,
      person: phone?.person ?? null, posts: phone?.posts ?? [], as: phone?.as ?? null, goodUntil: phone?.good_until ?? null,
      settings: phone?.settings ?? {}, sealedFor: sealed?.at(-1)?.name ?? "", revoked: Boolean(handIn),
    });
  },
  async pack() {
    const [rows, about] = await Promise.all([(await database()).getAll("pack"), meta("pack")]);
    const items = Object.fromEntries(rows.map((row) => [row.key, row.content]));
    show({ pack: { ...current.pack, items, day: about?.day ?? null, fetchedAt: about?.fetchedAt ?? null, size: about?.size ?? 0 } });
    await parts.outbox();
  },
  async drafts() {
    const drafts = (await (await database()).getAll("drafts")).map(withUnkept).sort((a, b) => b.touched - a.touched);
    show({ drafts: drafts.filter((draft) => !draft.binned), bin: drafts.filter((draft) => draft.binned) });
    await parts.outbox();
  },
  async outbox() {
    const db = await database();
    const [waiting, sent] = await Promise.all([db.getAll("outbox"), db.getAll("sent")]);
    const correcting = new Set(current.drafts.map((draft) => draft.id));
    show({
      outbox: waiting.filter((item) => !correcting.has(item.id)).sort((a, b) => a.order - b.order).map(shown),
      sent: toldByOffice(sent),
    });
  },
  async storage() {
    const [{ usage = 0, quota = 0 } = {}, persisted = false] = await Promise.all([
      navigator.storage?.estimate?.(), navigator.storage?.persisted?.(),
    ]);
    show({ storage: { ...current.storage, used: usage, quota, persisted } });
  },
};

/** An item of the outbox as the person understands it. */
function shown({ kept: before, ...item }) {
  const way = under.get(item.id);
  const kept = before ?? item.state;
  const sending = kept === "received" || (way && kept === "here");
  return {
    ...item,
    // As it is stored: what is shown changes with every piece of a photo.
    kept,
    state: sending ? "sending" : kept,
    progress: sending ? Math.min(1, (way?.done ?? item.done ?? 0) / Math.max(1, way?.all ?? item.all ?? 1)) : 0,
  };
}

/** What this phone sent and the office received, with what the office says became of it; the newest first. */
function toldByOffice(sent) {
  const { items } = current.pack;
  return sent
    .map((item) => {
      const key = [item.id, item.record?.series, item.data?.series].find((id) => id && items[`mine:${id}`]);
      const office = key ? { id: key, ...items[`mine:${key}`] } : null;
      return { ...item, office, number: item.number || (office?.number ?? "") };
    })
    .sort((a, b) => b.order - a.order);
}

const withUnkept = (draft) => (unkept.has(draft.id) ? { ...draft, data: { ...draft.data, ...unkept.get(draft.id) } } : draft);

/** Reads these parts anew. @param {(keyof typeof parts)[]} names */
export async function reload(...names) {
  for (const name of names) await parts[name]();
}

/** The same after a change of ours, here and in every other tab. */
export async function changed(...names) {
  channel.postMessage({ changed: names });
  if (page) await reload(...names);
}

/** What is typed is seen at once, before it is kept. */
export function typed(id, values) {
  show({ drafts: current.drafts.map((draft) => (draft.id === id ? { ...draft, data: { ...draft.data, ...values } } : draft)) });
}

/** What was typed is on the disk: other tabs read it, this one has it already. */
export function kept(id) {
  channel.postMessage({ changed: ["drafts"] });
  const changedAt = new Date().toISOString();
  show({ drafts: current.drafts.map((draft) => (draft.id === id ? { ...draft, changedAt } : draft)) });
}

export function holdUnkept(id, values) {
  unkept.set(id, { ...unkept.get(id), ...values });
}

export const letGoOfUnkept = (id) => unkept.delete(id);

/** How far an envelope is; `null` when nothing of it is under way. @param {{done: number, all: number}|null} way */
export function progress(id, way) {
  channel.postMessage({ progress: [id, way] });
  underWay(id, way);
}

function underWay(id, way) {
  way ? under.set(id, way) : under.delete(id);
  if (page) show({ outbox: current.outbox.map((item) => (item.id === id ? shown(item) : item)) });
}

let notices = 0;

/** Says something that needs no answer. @param {"info"|"warn"|"error"} tone @param {string} key */
export function notice(tone, key, values) {
  if (!page) return channel.postMessage({ notice: [tone, key, values] });
  const sentence = t(`engine.${key}`, values);
  if (current.notices.some((each) => each.sentence === sentence)) return undefined;
  return show({ notices: [...current.notices, { id: ++notices, tone, sentence }] });
}

export const dismiss = (id) => show({ notices: current.notices.filter((each) => each.id !== id) });

/** The phone is full, or has room again (""). @param {string} sentence */
export function full(sentence) {
  if (current.storage.sentence !== sentence) show({ storage: { ...current.storage, full: Boolean(sentence), sentence } });
}

channel.onmessage = ({ data }) => {
  if (!page || !current.opened) return;
  if (data.changed) reload(...data.changed).catch(() => {});
  if (data.progress) underWay(...data.progress);
  if (data.notice) notice(...data.notice);
  if (data.syncing !== undefined) show({ syncing: data.syncing });
};

export function syncing(is) {
  channel.postMessage({ syncing: is });
  show({ syncing: is });
}
