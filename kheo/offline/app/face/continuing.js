/** "Duy trì năm nay": what ran last year, each with a box. */
import { t, tn } from "../words.js";
import { html } from "./html.js";
import { item } from "./pack.js";
import { SampleMark, say } from "./shell.js";

/** @param {{snapshot: any, values: any, errors: any, change: (name: string, value: any) => void}} props */
export function Continuing({ snapshot, values, errors, change }) {
  const rows = item(snapshot, "continuing")?.rows ?? [];
  const chosen = new Set((values.pk || []).map(String));
  const set = (ids) => change("pk", [...ids]);
  const toggle = (id, on) => {
    const now = new Set(chosen);
    if (on) now.add(id);
    else now.delete(id);
    set(now);
  };
  const whole = rows.length > 0 && chosen.size === rows.length;
  if (!rows.length) return html`<p class="note">${t("continuing.none")}</p>`;
  return html`<section class="stack" aria-labelledby="continue">
    <h2 id="continue">${tn("continuing.rows", rows.length)}</h2>
    ${(errors.pk ?? []).map((each) => html`<p class="errorlist">${each}</p>`)}
    <label class="tick tick--all"><input type="checkbox" id="f-pk" checked=${whole} onChange=${(event) => {
      set(event.currentTarget.checked ? rows.map((row) => String(row.id)) : []);
      say(tn("continuing.chosen", event.currentTarget.checked ? rows.length : 0));
    }} /><span><strong>${t("continuing.all")}</strong></span></label>
    <ul class="ticks">${rows.map((row) => html`<li key=${row.id}><label class="tick"><input type="checkbox" checked=${chosen.has(String(row.id))} onChange=${(event) => toggle(String(row.id), event.currentTarget.checked)} /><span><strong>${row.name}<${SampleMark} of=${row} /></strong><span class="hint">${[row.place, row.field].filter(Boolean).join(" · ")}</span></span></label></li>`)}</ul>
    <p class="sum" role="status">${tn("continuing.chosen", chosen.size)}</p>
  </section>`;
}
