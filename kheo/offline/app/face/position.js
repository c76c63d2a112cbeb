/** "Use my position": in which commune this phone is, said and chosen in one press, and never more than that. */
import { useEffect, useRef, useState } from "preact/hooks";
import * as engine from "../engine/index.js";
import { number, t } from "../words.js";
import { html } from "./html.js";
import { Icon } from "./icons.js";
import { say } from "./shell.js";

/**
 * Under a field in which a commune is chosen.
 * @param {{field: any, value: any, change: (value: string) => void}} props
 */
export function Position({ field, value, change }) {
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState("");
  const [near, setNear] = useState([]);
  const search = useRef(null);
  const press = useRef(null);
  const stop = () => search.current?.abort();
  // Who chooses from the list, or goes away, waits for nothing more.
  useEffect(() => stop, [value]);
  const tell = (sentence) => {
    setTold(sentence);
    say(sentence);
  };
  const take = ({ id, name }, sentence) => {
    search.current = null;
    change(id);
    setNear([]);
    tell(sentence ?? t("choice.taken", { label: name }));
    press.current?.focus();
  };
  const find = async () => {
    const mine = new AbortController();
    search.current = mine;
    setBusy(true);
    setNear([]);
    setTold("");
    say(t("position.searching"));
    try {
      const { communes, metres } = await engine.whereAmI({ signal: mine.signal });
      const open = communes.filter(({ id }) => (field.options ?? []).some(([option]) => String(option) === id));
      const names = communes.map(({ name }) => name).join(", ");
      if (!communes.length) tell(t("position.outside"));
      else if (!open.length) tell(t("position.not_here", { names }));
      else if (communes.length === 1) take(open[0], t("position.found", { name: names, metres: number(Math.ceil(metres / 10) * 10) }));
      else {
        setNear(open);
        tell(t("position.near"));
      }
    } catch (error) {
      if (!mine.signal.aborted) tell(error.sentence ?? t("position.failed"));
    } finally {
      if (search.current === mine) search.current = null;
      setBusy(false);
    }
  };
  return html`<div class="position">
    <div class="position__ways">
      <button type="button" class="button" ref=${press} aria-disabled=${busy ? "true" : null} onClick=${() => busy || find()}><${Icon} name="place" />${t(busy ? "position.searching" : "position.use")}</button>
      ${busy && html`<button type="button" class="button button--quiet" onClick=${stop}>${t("position.stop")}</button>`}
    </div>
    <p class="hint">${t(busy ? "position.wait" : "position.why")}</p>
    ${told && html`<p class="position__told">${told}</p>`}
    ${near.length > 0 && html`<div class="position__ways" role="group" aria-label=${t("position.near")}>${near.map((each) => html`<button type="button" class="button" key=${each.id} onClick=${() => take(each)}>${each.name}</button>`)}</div>`}
  </div>`;
}
