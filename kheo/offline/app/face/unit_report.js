/** The lines of a unit's periodic report: each running initiative and how it stands, a note where one is needed. */
import { t, tn } from "../words.js";
import { idOf } from "./fields.js";
import { html } from "./html.js";
import { initiative } from "./pack.js";
import { SampleMark, say } from "./shell.js";

/**
 * The running initiatives the form has a line for; `standing` and `note` are what a returned report said.
 * @param {any} form
 * @returns {{id: string, name: string, place?: string, owner?: string, standing?: string, note?: string}[]}
 */
export function linesOf(form) {
  return form?.lines ?? [];
}

// What needs no word unless somebody wants to say one.
const QUIET = new Set(["same", "good"]);

/** @param {{snapshot: any, form: any, values: any, errors: any, change: (name: string, value: string) => void}} props */
export function Lines({ snapshot, form, values, errors, change }) {
  const lines = linesOf(form);
  const standings = form.standings ?? [];
  if (!lines.length) return html`<p class="note">${t("lines.none")}</p>`;
  const standing = (line) => values[`line_${line.id}`] || line.standing || "same";
  const all = (value) => {
    for (const line of lines) if (standing(line) !== value) change(`line_${line.id}`, value);
    say(tn("lines.set", lines.length));
  };
  const told = standings.map(([value, label]) => [label, lines.filter((line) => standing(line) === value).length]).filter(([, n]) => n);
  return html`<section aria-labelledby="lines" class="stack">
    <div><h2 id="lines">${t("lines.title")}</h2><p class="hint">${t("lines.help")}</p></div>
    ${lines.length > 1 && html`<div class="row">${standings.filter(([value]) => QUIET.has(value)).map(([value, label]) => html`<button type="button" class="button button--small" onClick=${() => all(value)}>${t("lines.all", { label })}</button>`)}</div>`}
    <ol class="standings">${lines.map((line) => html`<${Line} key=${line.id} line=${line} about=${initiative(snapshot, line.id)} standings=${standings} value=${standing(line)} note=${values[`note_${line.id}`] ?? line.note ?? ""} most=${form.note_max ?? null} wrong=${[...(errors[`line_${line.id}`] ?? []), ...(errors[`note_${line.id}`] ?? [])]} change=${change} />`)}</ol>
    <p class="sum" role="status">${told.map(([label, n]) => `${n} ${label}`).join(" · ")}</p>
  </section>`;
}

function Line({ line, about, standings, value, note, most, wrong, change }) {
  const name = `line_${line.id}`;
  const noteName = `note_${line.id}`;
  const needed = !QUIET.has(value) || note !== "" || wrong.length > 0;
  const id = idOf(noteName);
  return html`<li class=${wrong.length ? "field--wrong" : null}>
    <fieldset class="standing">
      <legend>${line.name}<${SampleMark} of=${about} />${(line.place || line.owner) && html`<br /><span class="hint">${[line.place, line.owner].filter(Boolean).join(" · ")}</span>`}</legend>
      <div class="standing__ways">${standings.map(([option, label], at) => html`<label class="choice choice--tight"><input type="radio" name=${idOf(name)} id=${at === 0 ? idOf(name) : `${idOf(name)}-${at}`} value=${option} checked=${value === option} onChange=${() => change(name, option)} /><span>${label}</span></label>`)}</div>
    </fieldset>
    ${needed && html`<div class="standing__note"><label for=${id}>${t(value === "stopped" ? "lines.why" : "lines.note")}<span class="hidden">: ${line.name}</span></label>
      <input type="text" id=${id} value=${note} maxlength=${most} autocomplete="off" aria-invalid=${wrong.length ? "true" : null} aria-describedby=${wrong.length ? `${id}-error` : null} onInput=${(event) => change(noteName, event.currentTarget.value)} />
      ${wrong.length > 0 && html`<ul class="errorlist" id=${`${id}-error`}>${wrong.map((each) => html`<li>${each}</li>`)}</ul>`}</div>`}
  </li>`;
}
