/** Questions to the field pack: what the person has, what is due, which form asks what. */
import { fold } from "../words.js";

/** @param {any} snapshot @param {string} key */
export function item(snapshot, key) {
  return snapshot.pack?.items?.[key] ?? null;
}

/** My running initiatives, those with something due first, then by name. @param {any} snapshot @returns {any[]} */
export function initiatives(snapshot) {
  const found = [];
  for (const [key, content] of Object.entries(snapshot.pack?.items ?? {})) {
    if (key.startsWith("initiative:")) found.push({ id: key.slice("initiative:".length), ...content });
  }
  const order = new Intl.Collator("vi");
  return found.sort((a, b) => (a.due?.length ? 0 : 1) - (b.due?.length ? 0 : 1) || order.compare(a.name, b.name));
}

/** @param {any} snapshot @param {string|number} id */
export function initiative(snapshot, id) {
  const content = item(snapshot, `initiative:${id}`);
  return content ? { id: String(id), ...content } : null;
}

/** Those whose name or place has all the words, with or without marks. @param {any[]} all @param {string} typed */
export function matching(all, typed) {
  const asked = fold(typed).split(/\s+/).filter(Boolean);
  return asked.length ? all.filter((each) => asked.every((word) => fold(`${each.name} ${each.place ?? ""}`).includes(word))) : all;
}

/**
 * What was received from this phone and what the office has of me besides, each in the state the office tells;
 * what this phone sent comes first, the newest above.
 * @param {any} snapshot @returns {any[]}
 */
export function sentOf(snapshot) {
  const here = snapshot.sent.map((each) => ({ ...each, state: each.office?.state ?? each.state }));
  const told = new Set([...here.map((each) => each.office?.id), ...here.map((each) => each.id), ...snapshot.outbox.map((each) => each.id), ...snapshot.drafts.map((each) => each.id)]);
  const besides = Object.entries(snapshot.pack?.items ?? {})
    .filter(([key]) => key.startsWith("mine:") && !told.has(key.slice("mine:".length)))
    .map(([key, office]) => {
      const id = key.slice("mine:".length);
      return { id, kind: office.kind, data: {}, photos: [], state: office.state, number: office.number ?? "", office: { ...office, id } };
    });
  return [...here, ...besides.sort((a, b) => String(b.office.day ?? "").localeCompare(String(a.office.day ?? "")))];
}

/** What I sent that came back with a reason. @param {any} snapshot */
export const returned = (snapshot) => sentOf(snapshot).filter((each) => each.state === "returned");

/** What a kind asks. The year's list has no form of its own: its boxes come with the pack. */
const TICKS = { fields: [{ name: "pk", label: "", kind: "choices", required: true, options: [] }], groups: [] };

/** @param {any} snapshot @param {string} kind */
export function formOf(snapshot, kind) {
  return item(snapshot, `form:${kind}`) ?? (kind === "continuing" && item(snapshot, "continuing") ? TICKS : null);
}

/**
 * Whether the person's post may write this: "" or the sentence why not. Unknown until the pack has come.
 * @param {any} snapshot @param {string} kind
 */
export function whyNot(snapshot, kind) {
  const post = item(snapshot, "post");
  return post?.may && post.may[kind] === false ? (post.why_not ?? "") : "";
}

/** @param {any} snapshot @param {string} kind */
export const mayWrite = (snapshot, kind) => item(snapshot, "post")?.may?.[kind] !== false;

/** What tells whether it is a sample: what the office says of it, else its initiative, else the body one writes for. */
export function sampleOf(snapshot, thing) {
  if (thing.office && "sample" in thing.office) return thing.office;
  return (thing.kind === "report" && initiative(snapshot, thing.data?.initiative)) || item(snapshot, "post");
}

/** The name of a draft or an item of the outbox, as its writer knows it. */
export function titleOf(snapshot, thing, t) {
  const data = thing.data ?? {};
  if (thing.office?.title) return thing.office.title;
  if (thing.kind === "registration") return data.name || t("kind.registration");
  if (thing.kind === "report") return initiative(snapshot, data.initiative)?.name ?? t("kind.report");
  if (thing.kind === "unit_report") {
    const entry = formOf(snapshot, "unit_report")?.fields?.find((each) => each.name === "entry");
    const chosen = entry?.options?.find(([value]) => String(value) === String(data.entry ?? ""));
    return chosen && data.entry ? String(chosen[1]) : t("kind.unit_report");
  }
  return data.year ? t("continuing.title", { year: data.year }) : t("kind.continuing");
}
