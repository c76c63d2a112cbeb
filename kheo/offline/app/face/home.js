/** The first screen: what to write, what wants an eye, what is under way, what is due, what runs. */
import { useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { day, moment, size, t, tn } from "../words.js";
import { NoInitiatives, Search, begin, beginReport } from "./form.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { ItemLine } from "./outbox.js";
import { formOf, initiative, initiatives, item, matching, mayWrite, returned, sampleOf, sentOf, titleOf, whyNot } from "./pack.js";
import { Empty, Note, SampleMark, Screen, Status, to, troubled, waiting } from "./shell.js";
import { InstallHint } from "./phone.js";

const SHOWN = 5;

/** @param {{snapshot: any}} props */
export function Home({ snapshot }) {
  const all = initiatives(snapshot);
  const wrong = troubled(snapshot);
  const back = returned(snapshot);
  const going = waiting(snapshot);
  const due = item(snapshot, "due") ?? [];
  const post = snapshot.posts.find((each) => each.id === snapshot.as);
  return html`<${Screen} title=${t("home.hello", { name: snapshot.person?.name ?? "" })} lead=${post ? `${post.title}, ${post.unit_name}` : null} back=${null} name="home">
    <${Clock} snapshot=${snapshot} />
    ${!snapshot.online && html`<${Note} tone="warn"><p>${t("net.off_long")}</p></${Note}>`}
    ${snapshot.mustSignInAgain && html`<${Note} tone="warn"><p>${t("sign.again_why")}</p><p><a class="button" href="/thuc-dia/vao/">${t("sign.again")}</a></p></${Note}>`}
    ${whyNot(snapshot, "report") && html`<${Note}><p>${whyNot(snapshot, "report")}</p></${Note}>`}
    <div class="actions actions--start">
      ${mayWrite(snapshot, "report") && html`<a class="button button--main button--tall" href=${to("bao-cao")}><${Icon} name="report" />${t("home.report")}</a>`}
      ${mayWrite(snapshot, "registration") && html`<button type="button" class="button" onClick=${() => begin("registration", {})}><${Icon} name="plus" />${t("home.register")}</button>`}
    </div>
    ${(wrong.length > 0 || back.length > 0) && html`<section aria-labelledby="attention"><h2 id="attention">${t("home.attention")}</h2>
      <ul class="lines">${wrong.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}
      ${back.map((each) => html`<${ReturnedLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    ${going.length > 0 && html`<section aria-labelledby="going"><h2 id="going">${tn("home.going", going.length)}</h2>
      <ul class="lines">${going.slice(0, SHOWN).map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
    ${snapshot.drafts.length > 0 && html`<section aria-labelledby="drafts"><h2 id="drafts">${t("home.drafts")}</h2>
      <ul class="lines">${snapshot.drafts.map((each) => html`<${DraftLine} key=${each.id} snapshot=${snapshot} draft=${each} />`)}</ul></section>`}
    ${snapshot.pack.fetchedAt && html`<section aria-labelledby="due"><h2 id="due">${t("home.due")}</h2><${Due} snapshot=${snapshot} due=${due} /></section>`}
    <section aria-labelledby="mine"><h2 id="mine">${t("home.initiatives")}</h2>
      ${all.length === 0 ? html`<${NoInitiatives} snapshot=${snapshot} />` : html`<ul class="lines">${all.slice(0, SHOWN).map((each) => html`<${InitiativeLine} key=${each.id} each=${each} />`)}</ul>
      ${all.length > SHOWN && html`<p><a class="more" href=${to("mo-hinh")}>${tn("home.all", all.length)}<${Icon} name="next" /></a></p>`}`}
    </section>
    <${Sent} snapshot=${snapshot} />
    <${InstallHint} />
    <${Freshness} snapshot=${snapshot} />
  </${Screen}>`;
}

/** What is due from me: a report period opens its form, the year's list its own; the rest is done on the website. */
function Due({ snapshot, due }) {
  const lines = due.map((each, n) => html`<li key=${n}><${DueLine} snapshot=${snapshot} each=${each} /></li>`);
  if (mayWrite(snapshot, "unit_report") && formOf(snapshot, "unit_report") && !due.some((each) => each.kind === "unit_report")) {
    lines.push(html`<li key="unit_report"><${Opening} snapshot=${snapshot} kind="unit_report" data=${{}} title=${t("kind.unit_report")} told=${t("due.any_time")} /></li>`);
  }
  if (!lines.length) return html`<p class="hint">${t("due.none")}. ${t("due.none_why")}</p>`;
  return html`<ul class="lines">${lines}</ul>`;
}

const Late = ({ late }) => (late ? html`<span class="line-link__state"><${Status} tone="warn">${t("due.late")}</${Status}></span>` : null);

function DueLine({ snapshot, each }) {
  const told = each.until ? t("due.by", { day: day(each.until) }) : "";
  const { year } = item(snapshot, "continuing") ?? {};
  const data = { unit_report: { entry: String(each.entry ?? "") }, continuing: { year: String(year ?? ""), pk: [] }, registration: {} }[each.kind];
  if (data && mayWrite(snapshot, each.kind)) return html`<${Opening} snapshot=${snapshot} kind=${each.kind} data=${data} title=${each.kind === "continuing" ? t("continuing.title", { year }) : each.text} told=${{ continuing: each.text, unit_report: "" }[each.kind] ?? told} late=${each.late} />`;
  return html`<div class="line-link line-link--still"><span class="line-link__words"><strong class="clamp">${each.text}</strong><span class="hint">${[told, t("due.on_web")].filter(Boolean).join(" · ")}</span><${Late} late=${each.late} /></span></div>`;
}

/** A line that opens the draft already begun, or begins one. */
function Opening({ snapshot, kind, data, title, told, late }) {
  const begun = kind === "registration" ? null : snapshot.drafts.find((each) => each.kind === kind && !each.data.series && (!data.entry || String(each.data.entry) === data.entry));
  const words = html`<span class="line-link__words"><strong>${title}</strong><span class="hint">${[told, begun ? t("which.begun") : ""].filter(Boolean).join(" · ")}</span><${Late} late=${late} /></span><${Icon} name="next" />`;
  if (begun) return html`<a class="line-link" href=${to("soan", begun.id)}>${words}</a>`;
  return html`<button type="button" class="line-link" onClick=${() => begin(kind, data)}>${words}</button>`;
}

function DraftLine({ snapshot, draft }) {
  const told = [t(`kind.${draft.kind}`), draft.photos.length ? tn("photo.count", draft.photos.length) : "", t("draft.changed", { at: moment(draft.changedAt) })];
  return html`<li><a class="line-link" href=${to("soan", draft.id)}><span class="line-link__words"><strong>${titleOf(snapshot, draft, t)}<${SampleMark} of=${sampleOf(snapshot, draft)} /></strong><span class="hint">${told.filter(Boolean).join(" · ")}</span></span><${Icon} name="next" /></a></li>`;
}

/** @param {{each: any}} props */
export function InitiativeLine({ each }) {
  const last = each.last?.day ? t("initiative.last", { day: day(each.last.day) }) : t("initiative.never");
  return html`<li><a class="line-link" href=${to("mo-hinh", each.id)}><span class="line-link__words"><strong>${each.name}<${SampleMark} of=${each} /></strong><span class="hint">${[each.place, last].filter(Boolean).join(" · ")}</span>${each.due?.length > 0 && html`<span class="line-link__state"><${Status} tone="wait">${t("initiative.due")}</${Status}></span>`}</span><${Icon} name="next" /></a></li>`;
}

function ReturnedLine({ snapshot, each }) {
  return html`<li><a class="line-link" href=${to("hop-gui", each.id)}><span class="line-link__words"><strong>${titleOf(snapshot, each, t)}<${SampleMark} of=${each.office} /></strong><span class="hint">${each.office.reason}</span><span class="line-link__state"><${Status} tone="warn">${t("state.returned")}</${Status}></span></span><${Icon} name="next" /></a></li>`;
}

function Sent({ snapshot }) {
  const sent = sentOf(snapshot);
  if (!sent.length) return null;
  return html`<section aria-labelledby="sent"><h2 id="sent">${t("home.sent")}</h2>
    <ul class="lines">${sent.slice(0, 3).map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul>
    <p><a class="more" href=${to("da-gui")}>${tn("home.sent_all", sent.length)}<${Icon} name="next" /></a></p></section>`;
}

/** How old what is shown is, how large, and the way to renew it. @param {{snapshot: any}} props */
export function Freshness({ snapshot }) {
  const { pack } = snapshot;
  const told = pack.fetchedAt ? t("pack.at", { at: moment(pack.fetchedAt), size: size(pack.size) }) : t("pack.never");
  return html`<div class="fresh">
    <p class="hint">${pack.trouble || told}</p>
    <button type="button" class="button button--quiet button--small" disabled=${!snapshot.online || pack.refreshing} onClick=${() => engine.refreshPack()}><${Icon} name="refresh" />${t(pack.refreshing ? "pack.refreshing" : "pack.refresh")}</button>
  </div>`;
}

/** A clock that contradicts the server's day is said, because people trust what stands on the screen. */
function Clock({ snapshot }) {
  const known = snapshot.pack?.day;
  if (!known) return null;
  const days = (Date.now() - Date.parse(known)) / 86_400_000;
  if (days > -2 && days < 200) return null;
  return html`<${Note} tone="warn"><p>${t("clock.wrong", { day: day(new Date()), known: day(known) })}</p></${Note}>`;
}

/** @param {{snapshot: any}} props */
export function Initiatives({ snapshot }) {
  const all = initiatives(snapshot);
  const [typed, setTyped] = useState("");
  const found = matching(all, typed);
  return html`<${Screen} title=${t("initiatives.title")} lead=${all.length ? tn("initiatives.count", all.length) : null} back=${null}>
    ${all.length > 5 && html`<${Search} value=${typed} change=${setTyped} count=${found.length} />`}
    ${all.length === 0 && html`<${NoInitiatives} snapshot=${snapshot} />`}
    ${all.length > 0 && found.length === 0 && html`<${Empty} title=${t("search.none")}><p>${t("search.none_why")}</p></${Empty}>`}
    <ul class="lines">${found.map((each) => html`<${InitiativeLine} key=${each.id} each=${each} />`)}</ul>
    ${all.length > 0 && mayWrite(snapshot, "registration") && html`<div class="actions"><button type="button" class="button" onClick=${() => begin("registration", {})}><${Icon} name="plus" />${t("home.register")}</button></div>`}
    <${Freshness} snapshot=${snapshot} />
  </${Screen}>`;
}

/** @param {{snapshot: any, id: string}} props */
export function Initiative({ snapshot, id }) {
  const about = initiative(snapshot, id);
  if (!about) return html`<${Screen} title=${t("initiative.gone")} back=${["mo-hinh"]}><p>${t("initiative.gone_why")}</p></${Screen}>`;
  const begun = snapshot.drafts.find((each) => each.kind === "report" && String(each.data.initiative) === String(id));
  const history = sentOf(snapshot).filter((each) => String(each.office?.initiative ?? each.data?.initiative ?? "") === String(id));
  const facts = [
    [t("initiative.place"), about.place],
    [t("initiative.owner"), about.owner],
    [t("initiative.field"), about.field],
    [t("initiative.year"), about.year],
    [t("initiative.state"), about.state_word],
    [t("initiative.target"), about.target],
    [t("initiative.last_day"), about.last?.day ? day(about.last.day) : t("initiative.never")],
    [t("initiative.reached"), about.last?.reached],
    [t("initiative.figures"), about.figures?.map((each) => each.join(": ")).join("; ")],
  ].filter(([, value]) => value);
  return html`<${Screen} title=${about.name} back=${["mo-hinh"]} name=${`mo-hinh-${id}`}>
    ${about.sample && html`<p><${SampleMark} of=${about} /></p>`}
    ${about.due?.length > 0 && html`<${Note} tone="warn">${about.due.map((sentence) => html`<p>${sentence}</p>`)}</${Note}>`}
    <div class="card card--roomy"><dl class="facts">${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></div>
    <div class="actions">
      ${begun ? html`<a class="button button--main" href=${to("soan", begun.id)}><${Icon} name="report" />${t("initiative.go_on")}</a>` : mayWrite(snapshot, "report") && html`<button type="button" class="button button--main" onClick=${() => beginReport(about)}><${Icon} name="report" />${t("home.report")}</button>`}
      ${snapshot.online && html`<a class="button" href=${`/mo-hinh/${id}/`}>${t("initiative.web")}</a>`}
    </div>
    ${history.length > 0 && html`<section aria-labelledby="history"><h2 id="history">${t("initiative.history")}</h2><ul class="lines">${history.map((each) => html`<${ItemLine} key=${each.id} snapshot=${snapshot} each=${each} />`)}</ul></section>`}
  </${Screen}>`;
}
