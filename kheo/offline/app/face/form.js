/** Writing: the form of a draft, saved at each keystroke, and the look at it before it goes. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { moment, size, t, tn } from "../words.js";
import { asked, valuesOf, wrongIn } from "./check.js";
import { Field, Preview, idOf } from "./fields.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { formOf, initiative, initiatives, item, matching, mayWrite, titleOf } from "./pack.js";
import { Empty, Note, SampleMark, Screen, go, goInstead, say, to } from "./shell.js";
import { Lines, linesOf } from "./unit_report.js";
import { Continuing } from "./continuing.js";

// A part with more optional fields than this is folded until something in it is needed.
const FOLD_FROM = 3;

/** Begin something new and open it. @param {string} kind @param {any} data */
export async function begin(kind, data) {
  go("soan", await engine.newDraft(kind, { data }));
}

/** Begin a report on an initiative: its target stands there already. @param {any} about */
export const beginReport = (about) => begin("report", { initiative: String(about.id), ...(about.target ? { target: about.target } : {}) });

/** The values of a draft as they are typed, stored at each change; what could not be stored stays on the screen. */
function useWriting(draft) {
  const typed = useRef({});
  const [, again] = useState(0);
  const [saved, setSaved] = useState({ at: draft?.changedAt ?? null, trouble: "" });
  const [settled, setSettled] = useState(() => new Set());
  const change = (name, value) => {
    typed.current[name] = value;
    setSettled((old) => new Set(old).add(name));
    again((n) => n + 1);
    engine.save(draft.id, name, value).then(
      () => setSaved({ at: new Date(), trouble: "" }),
      (error) => setSaved({ at: null, trouble: error.sentence ?? t("form.not_saved") }),
    );
  };
  return { data: { ...draft?.data, ...typed.current }, change, saved, settled };
}

/** @param {{snapshot: any, id: string}} props */
export function Draft({ snapshot, id }) {
  const draft = snapshot.drafts.find((each) => each.id === id);
  if (!draft) return html`<${Gone} snapshot=${snapshot} id=${id} />`;
  const form = formOf(snapshot, draft.kind);
  if (!form) {
    return html`<${Screen} title=${t(`kind.${draft.kind}`)}><${Empty} title=${t("form.no_pack")}><p>${t("form.no_pack_why")}</p></${Empty}></${Screen}>`;
  }
  if (draft.kind === "report" && !draft.data.initiative) return html`<${WhichInitiative} snapshot=${snapshot} draft=${draft} />`;
  return html`<${Writing} key=${id} snapshot=${snapshot} draft=${draft} form=${form} />`;
}

/** What was a draft a moment ago is in the outbox now, or was thrown away. */
function Gone({ snapshot, id }) {
  useEffect(() => {
    if (snapshot.outbox.some((each) => each.id === id)) goInstead("hop-gui", id);
  }, [id]);
  return html`<${Screen} title=${t("form.gone")}><p>${t("form.gone_why")}</p></${Screen}>`;
}

function Writing({ snapshot, draft, form }) {
  const { data, change, saved, settled } = useWriting(draft);
  const [tried, setTried] = useState(false);
  const summary = useRef(null);
  const values = valuesOf(form, data);
  const local = tried ? wrongIn(form, data, draft.photos) : {};
  const told = Object.fromEntries(Object.entries(draft.errors ?? {}).filter(([name]) => !settled.has(name)));
  const errors = { ...told, ...local };
  const about = draft.kind === "report" ? initiative(snapshot, data.initiative) : null;
  const labels = Object.fromEntries(form.fields.map((field) => [field.name, field.label]));

  const send = (event) => {
    event.preventDefault();
    const wrong = { ...told, ...wrongIn(form, data, draft.photos) };
    setTried(true);
    const first = form.fields.find((field) => wrong[field.name]?.length);
    if (first) {
      // The part it stands in may have been folded.
      requestAnimationFrame(() => {
        const control = document.getElementById(idOf(first.name));
        control?.closest("details")?.setAttribute("open", "");
        (control ?? summary.current)?.focus();
      });
      say(tn("form.wrong", Object.keys(wrong).length));
    } else go("soan", draft.id, "xem");
  };
  const named = Object.entries(errors).filter(([, all]) => all.length);

  return html`
    <${Screen} title=${t(`kind.${draft.kind}`)} lead=${about ? `${about.name}${about.place ? `, ${about.place}` : ""}` : t(`lead.${draft.kind}`)} name=${`soan-${draft.id}`}>
      ${draft.replaces && html`<${Note} tone="warn"><p><strong>${t("form.correcting")}</strong> ${draft.sentence}</p></${Note}>`}
      <form class="writing" novalidate onSubmit=${send} autocomplete="off">
        ${named.length > 0 && html`<div class="error-summary" ref=${summary} tabindex="-1"><p class="error-summary__title">${tn("form.wrong", named.length)}</p><ul>${named.map(([name, all]) => html`<li>${labels[name] && !name.startsWith("__") ? html`<a href=${`#${idOf(name)}`} onClick=${(event) => {
          event.preventDefault();
          const control = document.getElementById(idOf(name));
          control?.closest("details")?.setAttribute("open", "");
          control?.focus();
        }}>${labels[name]}</a>: ` : ""}${all.join(" ")}</li>`)}</ul></div>`}
        ${draft.kind === "unit_report" && html`<${Lines} snapshot=${snapshot} form=${form} values=${values} errors=${errors} change=${change} />`}
        ${draft.kind === "continuing"
          ? html`<${Continuing} snapshot=${snapshot} values=${values} errors=${errors} change=${change} />`
          : html`<${Groups} snapshot=${snapshot} form=${form} values=${values} errors=${errors} change=${change} draft=${draft} />`}
        <div class="keep">
          <p class=${`keep__state${saved.trouble ? " keep__state--bad" : ""}`} role=${saved.trouble ? "alert" : null}>
            ${saved.trouble || (saved.at ? t("form.saved", { at: moment(saved.at) }) : t("form.saves"))}
          </p>
          <button class="button button--main" type="submit">${t("form.review")}<${Icon} name="next" /></button>
        </div>
      </form>
      <button type="button" class="button button--quiet button--away" onClick=${async () => {
        await engine.discard(draft.id);
        say(t("form.discarded"));
        go();
      }}>${t("form.discard")}</button>
    </${Screen}>`;
}

/** The parts of a form with their headings; a part of optional questions is folded until it is wanted. */
function Groups({ snapshot, form, values, errors, change, draft }) {
  const lines = new Set(linesOf(form).flatMap((line) => [`line_${line.id}`, `note_${line.id}`]));
  const shown = form.fields.filter((field) => field.kind !== "hidden" && !lines.has(field.name) && asked(field, values));
  const groups = [...(form.groups ?? [])];
  for (const field of shown) if (!groups.some(([key]) => key === (field.group ?? ""))) groups.push([field.group ?? "", ""]);
  return groups.map(([key, label]) => {
    const fields = shown.filter((field) => (field.group ?? "") === key);
    if (!fields.length) return null;
    const body = fields.map((field) => html`<${Field} key=${field.name} field=${field} value=${values[field.name]} errors=${errors[field.name] ?? []} change=${(value) => change(field.name, value)} suggestions=${suggested(snapshot, field)} draft=${draft} />`);
    const filled = fields.filter((field) => (field.kind === "photos" ? draft.photos.length : isFilled(field, values[field.name]))).length;
    const needed = form.either?.ways.flat().some((name) => fields.some((field) => field.name === name));
    const optional = !needed && fields.length >= FOLD_FROM && fields.every((field) => !field.required && field.kind !== "photos" && field.kind !== "textarea");
    if (optional && label) return html`<${Folded} key=${key} label=${label} filled=${filled} wrong=${fields.some((field) => errors[field.name]?.length)}>${body}</${Folded}>`;
    return html`<section class="card card--roomy stack" key=${key} aria-labelledby=${label ? `g-${key}` : null}>${label && html`<h2 id=${`g-${key}`}>${label}</h2>`}${body}</section>`;
  });
}

const isFilled = (field, value) => value !== "" && value !== undefined && value !== null && value !== field.initial;

function Folded({ label, filled, wrong, children }) {
  const [open] = useState(filled > 0);
  return html`<details class="card card--roomy part" open=${open || wrong}>
    <summary><h2>${label}</h2><span class="hint">${filled ? tn("form.filled", filled) : t("form.optional")}</span></summary>
    <div class="stack">${children}</div>
  </details>`;
}

function suggested(snapshot, field) {
  const list = field.suggest ? item(snapshot, field.suggest) : null;
  return list ?? [];
}

/** Which initiative is a report about? For the main action, and for what was shared from another app. */
export function WhichInitiative({ snapshot, draft }) {
  const all = useMemo(() => initiatives(snapshot), [snapshot]);
  const [typed, setTyped] = useState("");
  const found = matching(all, typed);
  const begun = (about) => (draft ? null : snapshot.drafts.find((each) => each.kind === "report" && String(each.data.initiative) === String(about.id)));
  const take = async (about) => {
    const dft = begun(about);
    if (dft) return go("soan", dft.id);
    if (!draft) return beginReport(about);
    await engine.save(draft.id, "initiative", String(about.id));
    if (about.target) await engine.save(draft.id, "target", about.target);
    goInstead("soan", draft.id);
  };
  const lead = draft?.photos?.length ? tn("which.shared", draft.photos.length) : t("which.lead");
  return html`<${Screen} title=${t("which.title")} lead=${lead}>
    ${all.length > 5 && html`<${Search} value=${typed} change=${setTyped} count=${found.length} />`}
    ${all.length === 0 && html`<${NoInitiatives} snapshot=${snapshot} />`}
    ${all.length > 0 && found.length === 0 && html`<${Empty} title=${t("search.none")}><p>${t("search.none_why")}</p></${Empty}>`}
    <ul class="lines">${found.map((about) => html`<li key=${about.id}><button type="button" class="line-link" onClick=${() => take(about)}>
      <span class="line-link__words"><strong>${about.name}<${SampleMark} of=${about} /></strong><span class="hint">${[about.place, begun(about) ? t("which.begun") : ""].filter(Boolean).join(" · ")}</span></span>
      <${Icon} name="next" /></button></li>`)}</ul>
  </${Screen}>`;
}

/** @param {{value: string, change: (value: string) => void, count: number}} props */
export function Search({ value, change, count }) {
  return html`<div class="finder" role="search">
    <label class="hidden" for="finder">${t("search.label")}</label>
    <input id="finder" type="search" autocomplete="off" placeholder=${t("search.label")} value=${value} onInput=${(event) => change(event.currentTarget.value)} />
    <p class="hidden" role="status">${value ? tn("search.found", count) : ""}</p>
  </div>`;
}

/** @param {{snapshot: any}} props */
export function NoInitiatives({ snapshot }) {
  const fetched = Boolean(snapshot.pack?.fetchedAt);
  return html`<${Empty} title=${t(fetched ? "initiatives.none" : "pack.none")}>
    <p>${t(fetched ? "initiatives.none_why" : "pack.none_why")}</p>
    ${fetched && !mayWrite(snapshot, "registration") ? null : fetched
      ? html`<button type="button" class="button" onClick=${() => begin("registration", {})}>${t("home.register")}</button>`
      : html`<button type="button" class="button" onClick=${() => engine.refreshPack()} disabled=${!snapshot.online}>${t("pack.fetch")}</button>`}
  </${Empty}>`;
}

/** What will go, once more in one look. @param {{snapshot: any, id: string}} props */
export function Review({ snapshot, id }) {
  const draft = snapshot.drafts.find((each) => each.id === id);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  if (!draft) return html`<${Gone} snapshot=${snapshot} id=${id} />`;
  const form = formOf(snapshot, draft.kind);
  const send = async () => {
    setBusy(true);
    try {
      await engine.finish(id);
      goInstead("hop-gui", id);
    } catch (error) {
      setBusy(false);
      setTrouble(error.sentence ?? t("form.not_saved"));
    }
  };
  const bytes = draft.photos.reduce((sum, photo) => sum + photo.size, 0);
  return html`<${Screen} title=${t("review.title")} lead=${`${t(`kind.${draft.kind}`)}: ${titleOf(snapshot, draft, t)}`} back=${["soan", id]} name=${`xem-${id}`}>
    <div class="card card--roomy">
      <${Facts} snapshot=${snapshot} form=${form} thing=${draft} />
      ${draft.photos.length > 0 && html`<ul class="thumbs thumbs--small">${draft.photos.map((photo, n) => html`<li key=${photo.sha256}><${Preview} of=${id} photo=${photo} label=${t("photo.label", { n: n + 1, count: draft.photos.length })} /></li>`)}</ul>
      <p class="hint">${tn("review.photos", draft.photos.length, { size: size(bytes) })}</p>`}
    </div>
    <${Note} tone=${snapshot.online ? "info" : "warn"}><p>${t(snapshot.online ? "review.online" : "review.offline")}</p></${Note}>
    ${trouble && html`<${Note} tone="error" role="alert"><p>${trouble}</p></${Note}>`}
    <div class="actions">
      <button type="button" class="button button--main" disabled=${busy} onClick=${send}><${Icon} name="send" />${t(snapshot.online ? "review.send" : "review.queue")}</button>
      <a class="button" href=${to("soan", id)}>${t("review.change")}</a>
    </div>
  </${Screen}>`;
}

/** The filled fields as words. @param {{snapshot: any, form: any, thing: any}} props */
export function Facts({ snapshot, form, thing }) {
  const values = valuesOf(form, thing.data);
  const facts = [];
  if (thing.kind === "report") facts.push([t("kind.initiative"), initiative(snapshot, thing.data.initiative)?.name ?? thing.data.initiative]);
  if (thing.kind === "continuing") {
    const rows = item(snapshot, "continuing")?.rows ?? [];
    const chosen = new Set((thing.data.pk ?? []).map(String));
    const names = rows.filter((row) => chosen.has(String(row.id))).map((row) => row.name);
    facts.push([tn("continuing.chosen", chosen.size), names.join("; ")]);
  }
  const lines = linesOf(form);
  if (lines.length && thing.kind === "unit_report") {
    const { standings } = form;
    facts.push([
      tn("lines.count", lines.length),
      standings
        .map(([value, label]) => [label, lines.filter((line) => (values[`line_${line.id}`] || line.standing || "same") === value).length])
        .filter(([, n]) => n)
        .map(([label, n]) => `${n} ${label}`)
        .join(", "),
    ]);
    for (const line of lines) if (values[`note_${line.id}`]) facts.push([line.name, values[`note_${line.id}`]]);
  }
  const written = new Set(lines.flatMap((line) => [`line_${line.id}`, `note_${line.id}`]));
  for (const field of form?.fields ?? []) {
    if (["hidden", "photos"].includes(field.kind) || written.has(field.name) || !asked(field, values)) continue;
    if (thing.kind === "continuing") continue;
    const value = values[field.name];
    if (value === "" || value === null || value === undefined || value === false) continue;
    const option = field.options?.find(([each]) => String(each) === String(value));
    facts.push([field.label, field.kind === "checkbox" ? t("form.yes") : option ? option[1] : `${value}${field.unit ? ` ${field.unit}` : ""}`]);
  }
  return html`<dl class="facts">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}
