/** This phone: what it keeps, how fresh it is, how long one is signed in, and the way out. */
import { useEffect, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { day, moment, size, t, tn } from "../words.js";
import { html } from "./html.js";
import { titleOf } from "./pack.js";
import { Note, Screen, say, waiting } from "./shell.js";
import { Freshness } from "./home.js";

/** The browser's offer to install, kept until the person takes it. @type {any} */
let offer = null;
const told = new Set();
globalThis.addEventListener?.("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  for (const tell of told) tell();
});
globalThis.addEventListener?.("appinstalled", () => {
  offer = null;
  for (const tell of told) tell();
});

const installed = () => matchMedia("(display-mode: standalone)").matches || navigator["standalone"] === true;
const apple = () => /iPhone|iPad|iPod/.test(navigator.userAgent);

function useInstall() {
  const [, again] = useState(0);
  useEffect(() => {
    const tell = () => again((n) => n + 1);
    told.add(tell);
    return () => told.delete(tell);
  }, []);
  const install = async () => {
    const asked = offer;
    offer = null;
    await asked.prompt();
    for (const tell of told) tell();
  };
  return { can: offer !== null, installed: installed(), install };
}

/** Beside the first page until the app stands among the others. */
export function InstallHint() {
  const { can, installed: done, install } = useInstall();
  if (done || (!can && !apple())) return null;
  return html`<div class="card install"><p><strong>${t("install.title")}</strong></p><p class="hint">${t(can ? "install.why" : "install.apple")}</p>${can && html`<button type="button" class="button" onClick=${install}>${t("install.do")}</button>`}</div>`;
}

/** @param {{snapshot: any}} props */
export function Phone({ snapshot }) {
  const { storage } = snapshot;
  const { can, installed: done, install } = useInstall();
  const [leaving, setLeaving] = useState(false);
  const [busy, setBusy] = useState(false);
  const unsent = waiting(snapshot).length + snapshot.drafts.length;
  const leave = async () => {
    setBusy(true);
    const how = await engine.signOut();
    say(t(how === "sealed" ? "leave.sealed" : "leave.sent"));
    location.hash = "#/";
  };
  const longSide = snapshot.settings?.photo_long_side ?? snapshot.settings?.long_side;
  const facts = [
    [t("phone.person"), snapshot.person?.name],
    [t("phone.until"), snapshot.goodUntil ? t("phone.until_day", { day: day(snapshot.goodUntil) }) : ""],
    [t("phone.pack"), snapshot.pack.fetchedAt ? `${size(snapshot.pack.size)}, ${moment(snapshot.pack.fetchedAt)}` : t("pack.never")],
    [t("phone.storage"), storage.quota ? t("phone.storage_of", { used: size(storage.used), quota: size(storage.quota) }) : size(storage.used)],
    [t("phone.kept"), t(storage.persisted ? "phone.kept_yes" : "phone.kept_no")],
    [t("phone.photos"), longSide ? t("phone.photos_side", { side: longSide }) : t("phone.photos_plain")],
  ].filter(([, value]) => value);
  return html`<${Screen} title=${t("phone.title")} back=${null}>
    ${storage.full && html`<${Note} tone="error"><p>${storage.sentence}</p></${Note}>`}
    <div class="card card--roomy"><dl class="facts">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></div>
    <${Freshness} snapshot=${snapshot} />
    ${snapshot.posts.length > 1 && html`<section class="card card--roomy" aria-labelledby="as"><h2 id="as">${t("phone.as")}</h2><div class="choices" role="radiogroup" aria-labelledby="as">${snapshot.posts.map((post) => html`<label class="choice"><input type="radio" name="as" value=${post.id} checked=${post.id === snapshot.as} onChange=${() => engine.actAs(post.id)} /><span>${post.title}<br /><span class="hint">${post.unit_name}</span></span></label>`)}</div></section>`}
    <section aria-labelledby="install"><h2 id="install">${t("install.heading")}</h2>
      <p>${t(done ? "install.done" : can ? "install.why" : apple() ? "install.apple" : "install.menu")}</p>
      ${can && html`<button type="button" class="button button--main" onClick=${install}>${t("install.do")}</button>`}
    </section>
    ${snapshot.bin.length > 0 && html`<section aria-labelledby="bin"><h2 id="bin">${t("bin.title")}</h2><p class="hint">${t("bin.lead")}</p>
      <ul class="lines">${snapshot.bin.map((draft) => html`<li key=${draft.id} class="line-link line-link--still"><span class="line-link__words"><strong>${titleOf(snapshot, draft, t)}</strong><span class="hint">${t(`kind.${draft.kind}`)} · ${moment(draft.changedAt)}</span></span><button type="button" class="button button--small" onClick=${async () => {
        await engine.restore(draft.id);
        say(t("bin.restored"));
      }}>${t("bin.restore")}</button></li>`)}</ul></section>`}
    <section aria-labelledby="leave"><h2 id="leave">${t("leave.title")}</h2>
      <p>${unsent ? tn(snapshot.online ? "leave.unsent_online" : "leave.unsent_offline", unsent) : t("leave.nothing")}</p>
      ${leaving
        ? html`<div class="actions"><button type="button" class="button button--danger" disabled=${busy} onClick=${leave}>${t(busy ? "leave.busy" : "leave.sure")}</button><button type="button" class="button" disabled=${busy} onClick=${() => setLeaving(false)}>${t("leave.stay")}</button></div>`
        : html`<button type="button" class="button" onClick=${() => setLeaving(true)}>${t("leave.do")}</button>`}
    </section>
    <p><a class="more" href="/">${t("phone.website")}</a></p>
  </${Screen}>`;
}
