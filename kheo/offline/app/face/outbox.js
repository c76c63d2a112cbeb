/** What has left the writer's hands: what waits on the phone, what is on its way, what was received, what came back. */
import { useEffect, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { day, moment, number, t, tn } from "../words.js";
import { Facts } from "./form.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { formOf, returned, sampleOf, sentOf, titleOf } from "./pack.js";
import { Empty, Note, SampleMark, Screen, Status, go, goInstead, to, troubled, waiting } from "./shell.js";

// States for which the phone has a sentence of its own.
const OWN = { here: 1, sending: 1, received: 1, attention: 1, conflict: 1 };
// What the phone itself says of an item, and what the office says of what it has received.
const TONES = { here: "wait", sending: "info", received: "ok", attention: "warn", conflict: "warn", sent: "ok", accepted: "ok", returned: "warn", needs_attention: "warn", superseded: "off", quarantined: "wait", withdrawn: "off", draft: "off" };

const percent = (each) => number(Math.floor((each.progress ?? 0) * 100));

/** The state of an item in the words its writer understands. @param {any} each */
export function stateOf(each) {
  if (each.state === "sending") return t("state.sending", { percent: percent(each) });
  if (each.state === "received" || each.state === "sent") return each.number ? t("state.received", { number: each.number }) : t("state.received_plain");
  return t(`state.${each.state}`);
}

/** Whether its words have arrived and photos of it are still to come. @param {any} each */
const photosComing = (each) => each.photosLeft > 0 && each.state !== "here";

/** @param {{snapshot: any, each: any}} props */
export function ItemLine({ snapshot, each }) {
  const when = each.receivedAt ?? each.finishedAt;
  const told = [t(`kind.${each.kind}`), photosComing(each) ? tn("photo.left", each.photosLeft) : each.photos?.length ? tn("photo.count", each.photos.length) : "", when ? moment(when) : day(each.office?.day)];
  return html`<li><a class="line-link" href=${to("hop-gui", each.id)}>
    <span class="line-link__words"><strong>${titleOf(snapshot, each, t)}<${SampleMark} of=${sampleOf(snapshot, each)} /></strong><span class="hint">${told.filter(Boolean).join(" · ")}</span>
    <span class="line-link__state"><${Status} tone=${TONES[each.state]}>${stateOf(each)}</${Status}></span>
    ${each.state === "sending" && html`<${Progress} each=${each} />`}</span>
    <${Icon} name="next" /></a></li>`;
}

function Progress({ each }) {
  return html`<progress class="progress" max="100" value=${Math.floor((each.progress ?? 0) * 100)} aria-label=${t("state.progress")}></progress>`;
}

/** @param {{snapshot: any}} props */
export function Outbox({ snapshot }) {
  const wrong = troubled(snapshot);
  const going = waiting(snapshot);
  const back = returned(snapshot);
  const received = sentOf(snapshot).filter((each) => each.state !== "returned");
  return html`<${Screen} title=${t("outbox.title")} lead=${t("outbox.lead")} back=${null}>
    ${wrong.length + back.length > 0 && html`<section aria-labelledby="wrong"><h2 id="wrong">${t("home.attention")}</h2><ul class="lines">${[...wrong, ...back].map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    <section aria-labelledby="going"><h2 id="going">${t("outbox.going")}</h2>
      ${going.length === 0 ? html`<${Empty} title=${t("outbox.none")}><p>${t("outbox.none_why")}</p></${Empty}>` : html`<ul class="lines">${going.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul>
      <div class="actions"><button type="button" class="button button--main" disabled=${!snapshot.online || snapshot.syncing} onClick=${() => engine.sync()}><${Icon} name="send" />${t(snapshot.syncing ? "outbox.sending" : snapshot.online ? "outbox.send_now" : "outbox.no_signal")}</button></div>`}
    </section>
    ${received.length > 0 && html`<section aria-labelledby="received"><h2 id="received">${t("outbox.received")}</h2><ul class="lines">${received.slice(0, 5).map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    <p><a class="more" href=${to("da-gui")}>${t("outbox.all_sent")}<${Icon} name="next" /></a></p>
  </${Screen}>`;
}

/** @param {{snapshot: any, id: string}} props */
export function Item({ snapshot, id }) {
  const each = [...snapshot.outbox, ...sentOf(snapshot)].find((one) => one.id === id);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const gone = !each && !snapshot.drafts.some((draft) => draft.id === id);
  useEffect(() => {
    if (!each && !gone) goInstead("soan", id);
  });
  if (!each) return gone ? html`<${Screen} title=${t("item.gone")} back=${["hop-gui"]}><p>${t("item.gone_why")}</p></${Screen}>` : null;
  const form = formOf(snapshot, each.kind);
  const labels = Object.fromEntries((form?.fields ?? []).map((field) => [field.name, field.label]));
  const errors = each.errors && Object.keys(each.errors).length ? each.errors : (each.office?.errors ?? {});
  const wrong = Object.entries(errors);
  const edit = async () => {
    setBusy(true);
    try {
      go("soan", await engine.edit(each.office && each.state !== "attention" ? each.office.id : id));
    } catch (error) {
      setBusy(false);
      setTrouble(error.sentence ?? t("item.gone_why"));
    }
  };
  const office = each.office ?? {};
  const correctable = each.state === "attention" || ((each.state === "returned" || each.state === "needs_attention") && office.values);
  const there = !["here", "sending", "attention", "conflict"].includes(each.state);
  const url = each.record?.url ?? office.url;
  const sentence = office.reason ? "" : each.sentence || (each.state in OWN ? t(`item.${each.state}`) : "");
  return html`<${Screen} title=${titleOf(snapshot, each, t)} lead=${t(`kind.${each.kind}`)} back=${[there ? "da-gui" : "hop-gui"]} name=${`hop-gui-${id}`}>
    ${sampleOf(snapshot, each)?.sample && html`<p><${SampleMark} of=${sampleOf(snapshot, each)} /></p>`}
    <div class=${`card card--roomy state state--${TONES[each.state]}`} role="status">
      <p><${Status} tone=${TONES[each.state]}>${there && each.number ? (each.state === "sent" || each.state === "received" ? t("state.received_plain") : t(`state.${each.state}`)) : stateOf(each)}</${Status}></p>
      ${each.state === "sending" && html`<${Progress} each=${each} />`}
      ${each.number && html`<p class="receipt"><span class="hint">${t("item.number")}</span><strong>${each.number}</strong></p>`}
      ${sentence && html`<p>${sentence}</p>`}
      ${office.reason && html`<blockquote><p class="hint">${t("sent.reason")}</p><p>${office.reason}</p></blockquote>`}
      ${(each.notes?.length ? each.notes : (office.notes ?? [])).map((note) => html`<p>${note}</p>`)}
      ${(office.photos ?? []).filter((photo) => photo.state === "refused").map((photo) => html`<p class="errorlist">${photo.name}: ${photo.sentence}</p>`)}
      ${photosComing(each) && html`<p>${tn("item.photos_left", each.photosLeft)}</p>`}
      ${office.day && html`<p class="hint">${day(office.day)}</p>`}
    </div>
    ${trouble && html`<${Note} tone="warn" role="alert"><p>${trouble}</p></${Note}>`}
    ${wrong.length > 0 && html`<section aria-labelledby="wrong"><h2 id="wrong">${t("item.fields")}</h2><dl class="facts card">${wrong.map(([name, all]) => html`<div><dt>${labels[name] ?? t("item.whole")}</dt><dd class="errorlist">${[].concat(all).join(" ")}</dd></div>`)}</dl></section>`}
    ${each.state === "returned" && html`<${Note}><p>${t("sent.returned_why")}</p></${Note}>`}
    <div class="actions">
      ${correctable && html`<button type="button" class="button button--main" disabled=${busy} onClick=${edit}>${t(each.state === "returned" ? "sent.correct" : "item.correct")}</button>`}
      ${each.state === "here" && html`<button type="button" class="button button--main" disabled=${!snapshot.online || snapshot.syncing} onClick=${() => engine.sync()}><${Icon} name="send" />${t(snapshot.online ? "outbox.send_now" : "outbox.no_signal")}</button>
        <button type="button" class="button" disabled=${busy || snapshot.syncing} onClick=${edit}>${t("review.change")}</button>`}
      ${each.state === "conflict" && html`<button type="button" class="button button--main" onClick=${() => engine.putAside(id)}>${t("notice.seen")}</button>`}
      ${url && snapshot.online && html`<a class="button" href=${url}>${t("item.web")}</a>`}
      ${there && !correctable && html`<a class="button" href=${to()}>${t("nav.home")}</a>`}
    </div>
    ${form && Object.keys(each.data ?? {}).length > 0 && html`<details class="card card--roomy part"><summary><h2>${t("item.what")}</h2><span class="hint">${t("item.written", { at: moment(each.finishedAt) })}</span></summary><${Facts} snapshot=${snapshot} form=${form} thing=${each} /></details>`}
  </${Screen}>`;
}

/** What was received from this phone or by the website, and what became of it. @param {{snapshot: any}} props */
export function SentList({ snapshot }) {
  const sent = sentOf(snapshot);
  return html`<${Screen} title=${t("sent.title")} lead=${t("sent.lead")} back=${["hop-gui"]}>
    ${sent.length === 0 && html`<${Empty} title=${t("sent.none")}><p>${t("sent.none_why")}</p></${Empty}>`}
    <ul class="lines">${sent.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul>
  </${Screen}>`;
}
