/** What every screen stands in: where one is, the state of the connection in words, the way to the other screens. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { t, tn } from "../words.js";
import { html } from "./html.js";
import { Icon, Mark } from "./icons.js";

/** The engine's snapshot, anew whenever it changes. */
export function useEngine() {
  const [, again] = useState(0);
  useEffect(() => engine.subscribe(() => again((n) => n + 1)), []);
  return engine.snapshot();
}

/** The part after "#", as a list: "#/soan/17" → ["soan", "17"]. */
export function useRoute() {
  const read = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  const [route, set] = useState(read);
  useEffect(() => {
    const changed = () => set(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** @param {string[]} parts */
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join("/")}`;
/** @param {string[]} parts */
export const go = (...parts) => {
  location.hash = to(...parts);
};
/** The same, without a step back to where one was: a draft that became something else. @param {string[]} parts */
export const goInstead = (...parts) => location.replace(to(...parts));

/** Say something to those who hear the page, and nothing to those who see it. @param {string} sentence */
export function say(sentence) {
  const region = document.getElementById("said");
  if (!region) return;
  // The same sentence twice is said twice.
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
}

/** Which page is shown: its heading takes the focus, except at the first opening. */
let opened = false;

/**
 * A screen with its heading. `back` is where "back" leads ([] is home; null shows none).
 * @param {{title: string, lead?: any, back?: string[]|null, children?: any, wide?: boolean, name?: string}} props
 */
export function Screen({ title, lead, back = [], children, name }) {
  const heading = useRef(null);
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title]);
  useEffect(() => {
    if (opened) {
      scrollTo(0, 0);
      heading.current?.focus({ preventScroll: true });
    }
    opened = true;
  }, [name ?? title]);
  return html`
    <div class="screen">
      ${back && html`<a class="back" href=${to(...back)}><${Icon} name="back" />${back.length ? t("nav.back") : t("nav.home")}</a>`}
      <div class="screen__head">
        <h1 ref=${heading} tabindex="-1">${title}</h1>
        ${lead && html`<p class="lead">${lead}</p>`}
      </div>
      ${children}
    </div>`;
}

/** @param {{tone?: string, children?: any, role?: string}} props */
export const Note = ({ tone = "info", children, role }) => html`<div class=${`note note--${tone}`} role=${role}>${children}</div>`;

/** @param {{title: string, children?: any}} props */
export const Empty = ({ title, children }) => html`
  <div class="empty"><p class="empty__title">${title}</p>${children}</div>`;

/** Words for a state and the colour that goes with them. @param {{tone: string, children?: any}} props */
/** "mẫu" beside what is invented for the demonstration, as on the website. @param {{of: any}} props */
export const SampleMark = ({ of }) => (of?.sample ? html` <span class="tag tag--sample" title=${t("sample.why")}>${t("sample.mark")}</span>` : null);

export const Status = ({ tone, children }) => html`<span class=${`status status--${tone}`}>${children}</span>`;

/** How many things want the person's eye in the outbox. @param {any} snapshot */
export const troubled = (snapshot) => snapshot.outbox.filter((each) => each.state === "attention" || each.state === "conflict");
/** @param {any} snapshot */
export const waiting = (snapshot) => snapshot.outbox.filter((each) => each.state === "here" || each.state === "sending");

function Connection({ snapshot }) {
  const busy = snapshot.syncing || snapshot.pack?.refreshing;
  const words = !snapshot.online ? t("net.off") : snapshot.serverTrouble ? t("net.trouble") : busy ? t("net.busy") : t("net.on");
  return html`<p class=${`net net--${!snapshot.online || snapshot.serverTrouble ? "off" : busy ? "busy" : "on"}`} role="status">${words}</p>`;
}

const TABS = [
  ["", "home", "nav.home"],
  ["mo-hinh", "initiative", "nav.initiatives"],
  ["hop-gui", "send", "nav.outbox"],
  ["dien-thoai", "phone", "nav.phone"],
];

function Tabs({ snapshot, here }) {
  const inBox = waiting(snapshot).length + troubled(snapshot).length;
  return html`
    <nav class="places" aria-label=${t("nav.label")}>
      ${TABS.map(
        ([part, icon, key]) => html`
          <a href=${to(...(part ? [part] : []))} aria-current=${part === here ? "page" : null}>
            <span class="places__icon"><${Icon} name=${icon} />${part === "hop-gui" && inBox > 0 && html`<span class=${`places__count${troubled(snapshot).length ? " places__count--warn" : ""}`} aria-hidden="true">${inBox}</span>`}</span>
            <span>${t(key)}${part === "hop-gui" && inBox > 0 && html`<span class="hidden">, ${tn("outbox.waiting", inBox)}</span>`}</span>
          </a>`,
      )}
    </nav>`;
}

/**
 * The frame around a screen. `bare`: nobody is signed in yet; `writing`: the whole window is for what is written.
 * @param {{snapshot: any, here?: string, children?: any, bare?: boolean, writing?: boolean}} props
 */
export function Frame({ snapshot, here = "", children, bare = false, writing = false }) {
  return html`
    <a class="skip" href="#main" onClick=${(event) => {
      event.preventDefault();
      document.getElementById("main")?.focus();
    }}>${t("nav.skip")}</a>
    <header class="top">
      <div class="top__in">
        <a class="wordmark" href=${to()}><${Mark} /><span>${t("app.name")}</span></a>
        ${!bare && html`<${Connection} snapshot=${snapshot} />`}
      </div>
    </header>
    ${!bare && !writing && html`<${Tabs} snapshot=${snapshot} here=${here} />`}
    <main id="main" class=${writing ? "writing-main" : null} tabindex="-1">${children}</main>
    <p id="said" class="hidden" role="status"></p>`;
}
