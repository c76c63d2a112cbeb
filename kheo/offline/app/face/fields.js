/** The fields of a form, from the descriptions in the pack: label, help, example, error, each tied to its field. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { day, fold, size, t, tn } from "../words.js";
import { AMOUNTS, isoDay } from "./check.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { Position } from "./position.js";
import { say } from "./shell.js";

// From so many options on one looks for a word instead of reading them all.
const MANY = 8;
const MOST_SHOWN = 30;
const KEYBOARD = { number: "numeric", count: "numeric" };

export const idOf = (name) => `f-${name}`;

/** Help, example and errors of a field, with the ids that describe it. */
function about(field, errors) {
  const id = idOf(field.name);
  const ids = [];
  if (field.help) ids.push(`${id}-help`);
  if (field.example) ids.push(`${id}-example`);
  if (errors.length) ids.push(`${id}-error`);
  const shown = html`
    ${field.help && html`<p class="help" id=${`${id}-help`}>${field.help}</p>`}
    ${field.example && html`<p class="example" id=${`${id}-example`}>${t("form.example")} ${field.example}</p>`}
    ${errors.length > 0 && html`<ul class="errorlist" id=${`${id}-error`}>${errors.map((each) => html`<li>${each}</li>`)}</ul>`}`;
  return [shown, ids.join(" ") || null];
}

const Label = ({ field }) => html`${field.label}${field.required && html`<abbr class="required" title=${t("form.required")}>*</abbr>`}`;

/**
 * One field. `change(value)` is called at each keystroke.
 * @param {{field: any, value: any, errors?: string[], change: (value: any) => void, suggestions?: string[], draft?: any}} props
 */
export function Field({ field, value, errors = [], change, suggestions, draft }) {
  if (field.kind === "hidden") return null;
  if (field.locate && !field.disabled) {
    return html`<div class="field">
      <${Field} field=${{ ...field, locate: null }} value=${value} errors=${errors} change=${change} suggestions=${suggestions} draft=${draft} />
      <${Position} field=${field} value=${value} change=${change} />
    </div>`;
  }
  const id = idOf(field.name);
  const [shown, described] = about(field, errors);
  const wrong = errors.length ? "true" : null;
  const common = { id, "aria-label": field.spoken ?? null, "aria-describedby": described, "aria-invalid": wrong, disabled: field.disabled ?? null };
  const className = `field${errors.length ? " field--wrong" : ""}`;
  const write = (event) => change(event.currentTarget.value);
  const options = field.options ?? [];

  if (field.kind === "checkbox") {
    return html`<div class=${`${className} field--check`}>
      <div class="check"><input type="checkbox" ...${common} checked=${value === true || value === "on"} onChange=${(event) => change(event.currentTarget.checked ? "on" : "")} /><label for=${id}><${Label} field=${field} /></label></div>
      ${shown}
    </div>`;
  }
  if (field.kind === "photos") return html`<${Photos} field=${field} errors=${errors} draft=${draft} />`;
  if (field.kind === "radio" || (field.kind === "choice" && options.length <= 4)) {
    return html`<fieldset class=${className} aria-describedby=${described} id=${`${id}-group`}>
      <legend><${Label} field=${field} /></legend>
      ${shown}
      <div class="choices">${options.map(
        ([option, label], at) => html`<label class="choice"><input type="radio" name=${id} id=${at === 0 ? id : `${id}-${at}`} value=${option} aria-invalid=${wrong} checked=${String(value ?? "") === String(option)} onChange=${write} /><span>${label}</span></label>`,
      )}</div>
    </fieldset>`;
  }
  if (field.kind === "choices") {
    const chosen = new Set(value || []);
    return html`<fieldset class=${className} aria-describedby=${described} id=${`${id}-group`}>
      <legend><${Label} field=${field} /></legend>
      ${shown}
      <ul class="ticks">${options.map(
        ([option, label], at) => html`<li key=${option}><label class="tick"><input type="checkbox" id=${at === 0 ? id : `${id}-${at}`} checked=${chosen.has(option)} onChange=${(event) => change(options.map(([each]) => each).filter((each) => (each === option ? event.currentTarget.checked : chosen.has(each))))} /><span>${label}</span></label></li>`,
      )}</ul>
    </fieldset>`;
  }
  if (field.kind === "choice" && options.length > MANY) {
    return html`<${Chooser} field=${field} value=${value} errors=${errors} change=${change} />`;
  }
  let control;
  if (field.kind === "choice") {
    control = html`<select ...${common} onChange=${write}>${options.map(([option, label]) => html`<option value=${option} selected=${String(value ?? "") === String(option)}>${label}</option>`)}</select>`;
  } else if (field.kind === "textarea") {
    control = html`<textarea ...${common} rows=${field.rows ?? 4} onInput=${write} value=${value}></textarea>`;
  } else if (field.kind === "date") {
    control = html`<${DateInput} common=${common} label=${field.label} value=${value} change=${change} />`;
  } else if (suggestions?.length) {
    control = html`<${Suggested} common=${common} value=${value} change=${change} all=${suggestions} />`;
  } else {
    const phone = field.name.endsWith("_phone");
    control = html`<input type=${phone ? "tel" : "text"} ...${common} inputmode=${phone ? "tel" : (KEYBOARD[field.kind] ?? null)} autocomplete="off" class=${AMOUNTS.has(field.kind) ? "input--number" : null} maxlength=${field.kind === "text" ? (field.max ?? null) : null} value=${value} onInput=${write} />`;
    if (field.unit) control = html`<div class="affixed">${control}<span class="affix">${field.unit}</span></div>`;
  }
  return html`<div class=${className}><label for=${id}><${Label} field=${field} /></label>${shown}${control}</div>`;
}

/** A day typed as dd/mm/yyyy; today and the phone's own calendar are one touch away. */
function DateInput({ common, label, value, change }) {
  const calendar = useRef(null);
  const today = day(new Date());
  const open = () => {
    const input = calendar.current;
    input.value = isoDay(value ?? "") ?? "";
    try {
      input.showPicker();
    } catch {
      input.focus();
    }
  };
  return html`<div class="day">
    <input type="text" inputmode="numeric" autocomplete="off" class="input--date" ...${common} value=${value} onInput=${(event) => change(event.currentTarget.value)} />
    <span class="day__calendar">
      <button type="button" class="button" aria-label=${t("date.calendar", { label })} onClick=${open}><${Icon} name="plan" /></button>
      <input ref=${calendar} type="date" tabindex="-1" aria-hidden="true" onChange=${(event) => event.currentTarget.value && change(day(event.currentTarget.value))} />
    </span>
    ${!value && html`<button type="button" class="button button--quiet" onClick=${() => change(today)}>${t("date.today")}<span class="hidden">: ${label}</span></button>`}
  </div>`;
}

/** Keys and marks of a list under a text field, the same for suggestions and for choices. */
function useList(count, take) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const keys = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      if (count) setAt((old) => (old + (event.key === "ArrowDown" ? 1 : old < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter" && open && at >= 0) {
      event.preventDefault();
      take(at);
      setOpen(false);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setOpen(false);
    }
  };
  return { open, setOpen, at, setAt, keys };
}

function Options({ id, all, at, take, label }) {
  useEffect(() => {
    if (at >= 0) document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return html`<ul class="options" id=${id} role="listbox" aria-label=${label}>${all.map(
    (each, n) => html`<li role="option" id=${`${id}-${n}`} aria-selected=${n === at ? "true" : "false"} onMouseDown=${(event) => {
      event.preventDefault();
      take(n);
    }}>${each}</li>`,
  )}</ul>`;
}

/** Free text with the names that are known, found with or without marks: a hamlet may be missing from the list. */
function Suggested({ common, value, change, all }) {
  const id = useId();
  const asked = fold(value ?? "");
  const found = all.filter((each) => fold(each).includes(asked) && each !== value).slice(0, MOST_SHOWN);
  const list = useList(found.length, (at) => change(found[at]));
  const open = list.open && found.length > 0;
  return html`<div class="combo">
    <input type="text" ...${common} role="combobox" aria-autocomplete="list" aria-expanded=${open ? "true" : "false"} aria-controls=${open ? id : null} aria-activedescendant=${open && list.at >= 0 ? `${id}-${list.at}` : null} autocomplete="off" value=${value} onFocus=${() => list.setOpen(true)} onBlur=${() => list.setOpen(false)} onKeyDown=${list.keys} onInput=${(event) => {
      list.setAt(-1);
      list.setOpen(true);
      change(event.currentTarget.value);
    }} />
    ${open && html`<${Options} id=${id} all=${found} at=${list.at} label=${t("choice.list")} take=${(at) => {
      change(found[at]);
      list.setOpen(false);
    }} />`}
  </div>`;
}

/** One of many: typed letters narrow the list, and only what is in the list is taken. */
function Chooser({ field, value, errors, change }) {
  const listId = useId();
  const [shown, described] = about(field, errors);
  const chosen = field.options.find(([option]) => String(option) === String(value ?? ""));
  const [typed, setTyped] = useState(null);
  const asked = fold(typed ?? "");
  const found = field.options.filter(([option, label]) => option !== "" && fold(String(label)).includes(asked)).slice(0, MOST_SHOWN);
  const take = (at) => {
    change(String(found[at][0]));
    say(t("choice.taken", { label: found[at][1] }));
    setTyped(null);
  };
  const list = useList(found.length, take);
  const id = idOf(field.name);
  return html`<div class=${`field${errors.length ? " field--wrong" : ""}`}>
    <label for=${id}><${Label} field=${field} /></label>${shown}
    <div class="combo">
      <input type="text" id=${id} role="combobox" aria-autocomplete="list" aria-describedby=${described} aria-invalid=${errors.length ? "true" : null} aria-expanded=${list.open ? "true" : "false"} aria-controls=${list.open ? listId : null} aria-activedescendant=${list.open && list.at >= 0 ? `${listId}-${list.at}` : null} autocomplete="off" placeholder=${t("choice.find")} value=${typed ?? (chosen && value !== "" ? chosen[1] : "")} onFocus=${(event) => {
        event.currentTarget.select();
        list.setOpen(true);
      }} onBlur=${() => {
        list.setOpen(false);
        setTyped(null);
      }} onKeyDown=${list.keys} onInput=${(event) => {
        list.setAt(0);
        list.setOpen(true);
        setTyped(event.currentTarget.value);
      }} />
      ${list.open && (found.length ? html`<${Options} id=${listId} all=${found.map(([, label]) => label)} at=${list.at} label=${field.label} take=${(at) => {
        take(at);
        list.setOpen(false);
      }} />` : html`<p class="options options--none" id=${listId} role="status">${t("choice.none")}</p>`)}
    </div>
  </div>`;
}

/** A photo of the draft, shown from the phone's own storage. */
export function Preview({ of, photo, label }) {
  const [url, setUrl] = useState("");
  useEffect(() => {
    let gone = false;
    let made = "";
    engine.photoBlob(of, photo.sha256).then((blob) => {
      if (gone || !blob) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [of, photo.sha256]);
  return url ? html`<img src=${url} alt=${label} />` : html`<span class="photo__wait" role="img" aria-label=${label}></span>`;
}

/** Photos from the camera or the gallery; each can be taken away again. */
function Photos({ field, errors, draft }) {
  const camera = useRef(null);
  const gallery = useRef(null);
  const [trouble, setTrouble] = useState([]);
  const [busy, setBusy] = useState(0);
  const [shown, described] = about(field, errors);
  const photos = draft?.photos ?? [];
  const most = field.max ?? 10;
  const add = async (event) => {
    const files = [...event.currentTarget.files];
    event.currentTarget.value = "";
    const room = most - photos.length;
    const refused = files.length > room ? [t("photo.many", { most })] : [];
    setTrouble([]);
    let left = Math.min(files.length, room);
    for (const file of files.slice(0, room)) {
      setBusy(left--);
      try {
        await engine.addPhoto(draft.id, file);
      } catch (error) {
        refused.push(error.sentence ?? t("photo.refused", { name: file.name }));
      }
    }
    setBusy(0);
    setTrouble(refused);
    say(refused.length ? refused.join(" ") : tn("photo.added", Math.min(files.length, room)));
  };
  const label = (n) => t("photo.label", { n: n + 1, count: photos.length });
  return html`<fieldset class=${`field${errors.length ? " field--wrong" : ""}`} aria-describedby=${described} id=${`${idOf(field.name)}-group`}>
    <legend><${Label} field=${field} /></legend>
    ${shown}
    <div class="photo-ways">
      <button type="button" class="button" id=${idOf(field.name)} onClick=${() => camera.current.click()} disabled=${busy > 0}><${Icon} name="camera" />${t("photo.camera")}</button>
      <button type="button" class="button" onClick=${() => gallery.current.click()} disabled=${busy > 0}><${Icon} name="picture" />${t("photo.gallery")}</button>
      <input ref=${camera} type="file" accept="image/*" capture="environment" hidden aria-label=${t("photo.camera")} onChange=${add} />
      <input ref=${gallery} type="file" accept="image/*" multiple hidden aria-label=${t("photo.gallery")} onChange=${add} />
    </div>
    ${busy > 0 && html`<p class="hint" role="status">${tn("photo.working", busy)}</p>`}
    ${trouble.length > 0 && html`<ul class="errorlist" role="alert">${trouble.map((each) => html`<li>${each}</li>`)}</ul>`}
    ${photos.length > 0 && html`<ul class="thumbs">${photos.map(
      (photo, n) => html`<li key=${photo.sha256}>
        <${Preview} of=${draft.id} photo=${photo} label=${label(n)} />
        <p class="hint">${size(photo.size)}</p>
        <button type="button" class="button button--quiet button--small" onClick=${async () => {
          await engine.removePhoto(draft.id, photo.sha256);
          say(t("photo.gone"));
          document.getElementById(idOf(field.name))?.focus();
        }}>${t("photo.remove")}<span class="hidden"> (${label(n)})</span></button>
      </li>`,
    )}</ul>`}
  </fieldset>`;
}
