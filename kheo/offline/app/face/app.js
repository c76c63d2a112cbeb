/** Which screen is shown. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { t } from "../words.js";
import { Entering, Welcome, WrongBrowser, builtIn } from "./doors.js";
import { Draft, Review, WhichInitiative } from "./form.js";
import { Home, Initiative, Initiatives } from "./home.js";
import { html } from "./html.js";
import { Item, Outbox, SentList } from "./outbox.js";
import { Phone } from "./phone.js";
import { Frame, Note, goInstead, say, useEngine, useRoute } from "./shell.js";

/** What the address asked for once, by "?vao" or "?chia-se"; it is taken out of the address at once. */
const asked = new URLSearchParams(location.search);
if (location.search) history.replaceState(null, "", location.pathname + location.hash);

// What another app shared and could not be taken over, as a key of the words.
const notTaken = { lai: "shared.again", full: "shared.full" }[asked.get("chia-se")] ?? "";

function screen(snapshot, [part, id, more]) {
  if (part === "bao-cao") return html`<${WhichInitiative} snapshot=${snapshot} />`;
  if (part === "mo-hinh") return id ? html`<${Initiative} snapshot=${snapshot} id=${id} />` : html`<${Initiatives} snapshot=${snapshot} />`;
  if (part === "soan" && more === "xem") return html`<${Review} snapshot=${snapshot} id=${id} />`;
  if (part === "soan") return html`<${Draft} snapshot=${snapshot} id=${id} />`;
  if (part === "hop-gui") return id ? html`<${Item} snapshot=${snapshot} id=${id} />` : html`<${Outbox} snapshot=${snapshot} />`;
  if (part === "da-gui") return html`<${SentList} snapshot=${snapshot} />`;
  if (part === "dien-thoai") return html`<${Phone} snapshot=${snapshot} />`;
  return html`<${Home} snapshot=${snapshot} />`;
}

// Under which of the four places a screen lies.
const PLACES = { "bao-cao": "", soan: "", "da-gui": "hop-gui" };

function Notices({ snapshot }) {
  const { storage, notices, newVersion, revoked, serverTrouble } = snapshot;
  if (!storage.full && !notices.length && !newVersion && !revoked && !notTaken && !serverTrouble) return null;
  return html`<div class="notices">
    ${revoked && html`<${Note} tone="warn" role="alert"><p>${t("revoked.handing_in")}</p></${Note}>`}
    ${notTaken && html`<${Note} tone="warn" role="alert"><p>${t(notTaken)}</p></${Note}>`}
    ${serverTrouble && html`<${Note} tone="warn"><p>${serverTrouble}</p></${Note}>`}
    ${newVersion && html`<div class="note note--row"><p>${t("version.new")}</p><button type="button" class="button button--small" onClick=${() => engine.useNewVersion()}>${t("version.use")}</button></div>`}
    ${storage.full && html`<${Note} tone="error" role="alert"><p>${storage.sentence}</p></${Note}>`}
    ${notices.map((notice) => html`<div key=${notice.id} class=${`note note--${notice.tone} note--row`} role="status"><p>${notice.sentence}</p><button type="button" class="button button--small" onClick=${() => engine.dismiss(notice.id)}>${t("notice.seen")}</button></div>`)}
  </div>`;
}

function App() {
  const snapshot = useEngine();
  const route = useRoute();
  const [entering, setEntering] = useState(asked.has("vao"));
  useEffect(() => {
    if (snapshot.opened && snapshot.signedIn && asked.has("chia-se")) {
      asked.delete("chia-se");
      takeShared();
    }
  }, [snapshot.opened, snapshot.signedIn]);
  const here = route.length ? (PLACES[route[0]] ?? route[0]) : "";
  if (!snapshot.opened) return null;
  if (entering) return html`<${Frame} snapshot=${snapshot} bare><${Entering} done=${() => setEntering(false)} /></${Frame}>`;
  if (!snapshot.signedIn) return html`<${Frame} snapshot=${snapshot} bare><${Welcome} snapshot=${snapshot} /></${Frame}>`;
  return html`<${Frame} snapshot=${snapshot} here=${here} writing=${route[0] === "soan"}><${Notices} snapshot=${snapshot} />${screen(snapshot, route)}</${Frame}>`;
}

/** What another app shared becomes a draft at once; which initiative it is about is asked on its page. */
async function takeShared() {
  const shared = await engine.takeShared();
  if (!shared) return;
  const id = await engine.newDraft("report", { data: shared.text ? { narrative: shared.text } : {} });
  for (const file of shared.files) {
    try {
      await engine.addPhoto(id, file);
    } catch (error) {
      say(error.sentence ?? t("photo.refused", { name: file.name }));
    }
  }
  await shared.done();
  goInstead("soan", id);
}

/** Draw the app into the page, in the right browser only. @returns {Promise<void>} */
export async function start() {
  const place = document.getElementById("app");
  const app = builtIn();
  if (app) {
    place.textContent = "";
    render(html`<${Frame} snapshot=${{}} bare><${WrongBrowser} app=${app} /></${Frame}>`, place);
    return;
  }
  try {
    await engine.open();
  } catch (error) {
    place.querySelector("p").textContent = t("app.broken");
    throw error;
  }
  // Until here stood what the page itself says while the app opens.
  place.textContent = "";
  render(html`<${App} />`, place);
}
