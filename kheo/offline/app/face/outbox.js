/** What has left the writer's hands: what waits on the phone, what is on its way, what was received, what came back. */
import { useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { day, moment, number, t, tn } from "../words.js";
import { Facts } from "./form.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { formOf, mine, titleOf } from "./pack.js";
import { Empty, Note, Screen, Status, go, to, troubled, waiting } from "./shell.js";

const TONES = { here: "wait", sending: "info", received: "ok", attention: "warn", conflict: "warn" };
const SENT_TONES = { sent: "info", accepted: "ok", returned: "warn", needs_attention: "warn", conflict: "warn", superseded: "off", quarantined: "wait", withdrawn: "off", draft: "off" };

const percent = (each) => number(Math.floor((each.progress ?? 0) * 100));

/** The state of an item in the words its writer understands. @param {any} each */
export function stateOf(each) {
  if (each.state === "sending") return t("state.sending", { percent: percent(each) });
  if (each.state === "received") return each.number ? t("state.received", { number: each.number }) : t("state.received_plain");
  return t(`state.${each.state}`);
}

/** @param {{snapshot: any, each: any}} props */
export function ItemLine({ snapshot, each }) {
  const told = [t(`kind.${each.kind}`), each.photos?.length ? tn("photo.count", each.photos.length) : "", moment(each.receivedAt ?? each.finishedAt)];
  return html`<li><a class="line-link" href=${to("hop-gui", each.id)}>
    <span class="line-link__words"><strong>${titleOf(snapshot, each, t)}</strong><span class="hint">${told.filter(Boolean).join(" · ")}</span>
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
  const received = [...snapshot.outbox.filter((each) => each.state === "received"), ...snapshot.sent];
  return html`<${Screen} title=${t("outbox.title")} lead=${t("outbox.lead")} back=${null}>
    ${wrong.length > 0 && html`<section aria-labelledby="wrong"><h2 id="wrong">${t("home.attention")}</h2><ul class="lines">${wrong.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    <section aria-labelledby="going"><h2 id="going">${t("outbox.going")}</h2>
      ${going.length === 0 ? html`<${Empty} title=${t("outbox.none")}><p>${t("outbox.none_why")}</p></${Empty}>` : html`<ul class="lines">${going.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul>
      <div class="actions"><button type="button" class="button button--main" disabled=${!snapshot.online || snapshot.syncing} onClick=${() => engine.sync()}><${Icon} name="send" />${t(snapshot.syncing ? "outbox.sending" : snapshot.online ? "outbox.send_now" : "outbox.no_signal")}</button></div>`}
    </section>
    ${received.length > 0 && html`<section aria-labelledby="received"><h2 id="received">${t("outbox.received")}</h2><ul class="lines">${received.slice(0, 10).map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    <p><a class="more" href=${to("da-gui")}>${t("outbox.all_sent")}<${Icon} name="next" /></a></p>
  </${Screen}>`;
}

/** @param {{snapshot: any, id: string}} props */
export function Item({ snapshot, id }) {
  const each = [...snapshot.outbox, ...snapshot.sent].find((one) => one.id === id);
  const [busy, setBusy] = useState(false);
  if (!each) return html`<${Screen} title=${t("item.gone")} back=${["hop-gui"]}><p>${t("item.gone_why")}</p></${Screen}>`;
  const form = formOf(snapshot, each.kind);
  const labels = Object.fromEntries((form?.fields ?? []).map((field) => [field.name, field.label]));
  const wrong = Object.entries(each.errors ?? {});
  const edit = async () => {
    setBusy(true);
    go("soan", await engine.edit(id));
  };
  return html`<${Screen} title=${titleOf(snapshot, each, t)} lead=${t(`kind.${each.kind}`)} back=${["hop-gui"]} name=${`hop-gui-${id}`}>
    <div class=${`card card--roomy state state--${each.state}`} role="status">
      <p><${Status} tone=${TONES[each.state]}>${each.state === "received" ? t("state.received_plain") : stateOf(each)}</${Status}></p>
      ${each.state === "sending" && html`<${Progress} each=${each} />`}
      ${each.state === "received" && each.number && html`<p class="receipt"><span class="hint">${t("item.number")}</span><strong>${each.number}</strong></p>`}
      <p>${each.sentence || t(`item.${each.state}`)}</p>
      ${(each.notes ?? []).map((note) => html`<p>${note}</p>`)}
      ${each.photosLeft > 0 && html`<p>${tn("item.photos_left", each.photosLeft)}</p>`}
    </div>
    ${wrong.length > 0 && html`<section aria-labelledby="wrong"><h2 id="wrong">${t("item.fields")}</h2><dl class="facts card">${wrong.map(([name, all]) => html`<div><dt>${labels[name] ?? t("item.whole")}</dt><dd class="errorlist">${[].concat(all).join(" ")}</dd></div>`)}</dl></section>`}
    <div class="actions">
      ${each.state === "attention" && html`<button type="button" class="button button--main" disabled=${busy} onClick=${edit}>${t("item.correct")}</button>`}
      ${each.state === "here" && html`<button type="button" class="button button--main" disabled=${!snapshot.online || snapshot.syncing} onClick=${() => engine.sync()}><${Icon} name="send" />${t(snapshot.online ? "outbox.send_now" : "outbox.no_signal")}</button>`}
      ${each.record?.url && snapshot.online && html`<a class="button" href=${each.record.url}>${t("item.web")}</a>`}
      ${each.state === "received" && html`<a class="button" href=${to()}>${t("nav.home")}</a>`}
    </div>
    ${form && html`<details class="card card--roomy part"><summary><h2>${t("item.what")}</h2><span class="hint">${t("item.written", { at: moment(each.finishedAt) })}</span></summary><${Facts} snapshot=${snapshot} form=${form} thing=${each} /></details>`}
  </${Screen}>`;
}

/** What the office knows of what I sent. @param {{snapshot: any}} props */
export function SentList({ snapshot }) {
  const all = mine(snapshot);
  const known = new Set(all.map((each) => each.id));
  const here = snapshot.sent.filter((each) => !known.has(each.id));
  return html`<${Screen} title=${t("sent.title")} lead=${t("sent.lead")} back=${["hop-gui"]}>
    ${all.length + here.length === 0 && html`<${Empty} title=${t("sent.none")}><p>${t("sent.none_why")}</p></${Empty}>`}
    <ul class="lines">${here.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}
    ${all.map((each) => html`<li key=${each.id}><a class="line-link" href=${to("da-gui", each.id)}><span class="line-link__words"><strong>${each.title}</strong><span class="hint">${[each.kind && t(`kind.${each.kind}`), each.number, day(each.day)].filter(Boolean).join(" · ")}</span>
      <span class="line-link__state"><${Status} tone=${SENT_TONES[each.state] ?? "info"}>${t(`sent.${each.state}`)}</${Status}></span></span><${Icon} name="next" /></a></li>`)}</ul>
  </${Screen}>`;
}

/** @param {{snapshot: any, id: string}} props */
export function SentItem({ snapshot, id }) {
  const each = mine(snapshot).find((one) => one.id === id);
  if (!each) return html`<${Screen} title=${t("item.gone")} back=${["da-gui"]}><p>${t("item.gone_why")}</p></${Screen}>`;
  const begun = snapshot.drafts.find((one) => one.data.series === id);
  const correct = async () => go("soan", begun?.id ?? (await engine.newDraft(each.kind, { data: { ...each.values, series: id } })));
  return html`<${Screen} title=${each.title} lead=${each.kind ? t(`kind.${each.kind}`) : null} back=${["da-gui"]} name=${`da-gui-${id}`}>
    <div class="card card--roomy state">
      <p><${Status} tone=${SENT_TONES[each.state] ?? "info"}>${t(`sent.${each.state}`)}</${Status}></p>
      ${each.number && html`<p class="receipt"><span class="hint">${t("item.number")}</span><strong>${each.number}</strong></p>`}
      ${each.reason && html`<blockquote><p class="hint">${t("sent.reason")}</p><p>${each.reason}</p></blockquote>`}
      ${each.day && html`<p class="hint">${day(each.day)}</p>`}
    </div>
    ${each.state === "returned" && html`<${Note}><p>${t("sent.returned_why")}</p></${Note}>`}
    <div class="actions">
      ${each.state === "returned" && each.values && html`<button type="button" class="button button--main" onClick=${correct}>${t("sent.correct")}</button>`}
      ${each.url && snapshot.online && html`<a class="button" href=${each.url}>${t("item.web")}</a>`}
    </div>
  </${Screen}>`;
}
