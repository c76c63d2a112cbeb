/** Before anything can be typed: the wrong browser, nobody signed in, the moment of registering the phone. */
import { useEffect, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { t } from "../words.js";
import { html } from "./html.js";
import { Note, Screen, say } from "./shell.js";

const HERE = "/thuc-dia/";

/** The app whose built-in browser this is, or "". Its storage is its own and nothing can be installed from it. */
export function builtIn(agent = navigator.userAgent) {
  const known = [[/Zalo/i, "Zalo"], [/FBAN|FBAV|FB_IAB|FBIOS/, "Facebook"], [/Messenger/i, "Messenger"], [/Instagram/i, "Instagram"], [/TikTok|musical_ly|BytedanceWebview/i, "TikTok"], [/\bLine\//, "LINE"]];
  const found = known.find(([pattern]) => pattern.test(agent));
  if (found) return found[1];
  // Android marks every browser that another app shows inside itself.
  return /Android/.test(agent) && /; wv\)/.test(agent) ? t("inapp.another") : "";
}

const android = () => /Android/.test(navigator.userAgent);

/** The same address in Chrome, as Android writes it. */
export function inChrome(address = location.origin + HERE) {
  const url = new URL(address);
  return `intent://${url.host}${url.pathname}#Intent;scheme=${url.protocol.slice(0, -1)};package=com.android.chrome;S.browser_fallback_url=${encodeURIComponent("https://play.google.com/store/apps/details?id=com.android.chrome")};end`;
}

/** @param {{app: string}} props */
export function WrongBrowser({ app }) {
  const address = location.origin + HERE;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
      say(t("inapp.copied"));
    } catch {
      const field = document.getElementById("address");
      field.focus();
      field.select();
    }
  };
  return html`<${Screen} title=${t("inapp.title")} lead=${t("inapp.lead", { app })} back=${null}>
    <ul class="reasons"><li>${t("inapp.storage", { app })}</li><li>${t("inapp.install", { app })}</li><li>${t("inapp.nothing")}</li></ul>
    <div class="actions">${android() && html`<a class="button button--main button--tall" href=${inChrome()}>${t("inapp.chrome")}</a>`}</div>
    <div class="field"><label for="address">${t(android() ? "inapp.or_copy" : "inapp.copy_this")}</label>
      <div class="row"><input id="address" class="address" readonly value=${address} onFocus=${(event) => event.currentTarget.select()} /><button type="button" class=${`button${android() ? "" : " button--main"}`} onClick=${copy}>${t(copied ? "inapp.copied" : "inapp.copy")}</button></div>
      <p class="help">${t("inapp.paste")}</p></div>
  </${Screen}>`;
}

/** @param {{snapshot: any}} props */
export function Welcome({ snapshot }) {
  return html`<${Screen} title=${t("welcome.title")} lead=${t("welcome.lead")} back=${null}>
    ${snapshot.sealedFor && html`<${Note} tone="warn"><p>${t("welcome.sealed", { name: snapshot.sealedFor })}</p></${Note}>`}
    <ul class="reasons"><li>${t("welcome.write")}</li><li>${t("welcome.keep")}</li><li>${t("welcome.send")}</li></ul>
    <div class="actions"><a class="button button--main button--tall" href="/thuc-dia/vao/">${t("welcome.do")}</a></div>
    <p class="hint">${t(snapshot.online ? "welcome.once" : "welcome.offline")}</p>
  </${Screen}>`;
}

/** Back from the sign-in page: the phone is registered, and the pack comes. @param {{done: () => void}} props */
export function Entering({ done }) {
  const [trouble, setTrouble] = useState("");
  const enter = () => {
    setTrouble("");
    engine
      .register()
      .then(() => {
        engine.refreshPack();
        done();
      })
      .catch((error) => setTrouble(error.sentence ?? t("enter.failed")));
  };
  useEffect(enter, []);
  return html`<${Screen} title=${t("enter.title")} back=${null}>
    ${trouble ? html`<${Note} tone="error" role="alert"><p>${trouble}</p></${Note}><div class="actions"><button type="button" class="button button--main" onClick=${enter}>${t("enter.again")}</button><a class="button" href="/thuc-dia/vao/">${t("welcome.do")}</a></div>` : html`<p role="status">${t("enter.working")}</p><progress class="progress" aria-label=${t("enter.working")}></progress>`}
  </${Screen}>`;
}
