// Choosing lines of a list: one box for every line of the page, a stretch of lines with Shift held, and how
// many are chosen. `data-choose` names the boxes ("pk" if empty). Without this file one ticks the lines.
for (const form of document.querySelectorAll("form[data-choose]")) {
  const name = form.dataset.choose || "pk";
  const bar = form.querySelector("[data-choose-all]");
  const all = bar?.querySelector("input");
  const told = form.querySelector("[data-chosen]");
  const boxes = () => [...form.querySelectorAll(`input[name=${name}]`)];
  const tell = () => {
    const found = boxes();
    const chosen = found.filter((box) => box.checked).length;
    if (all) {
      all.checked = chosen === found.length && chosen > 0;
      all.indeterminate = chosen > 0 && chosen < found.length;
    }
    if (told) told.textContent = `${told.dataset.chosen} ${chosen}`;
  };
  let last = null;
  form.addEventListener("click", (event) => {
    if (event.target.name !== name) return;
    const found = boxes();
    const here = found.indexOf(event.target);
    const from = found.indexOf(last);
    if (event.shiftKey && from >= 0) {
      for (const box of found.slice(Math.min(from, here), Math.max(from, here) + 1)) box.checked = event.target.checked;
      tell();
    }
    last = event.target;
  });
  form.addEventListener("change", (event) => {
    if (all && event.target === all) for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  if (bar) bar.hidden = false;
  // The browser may bring ticks back after this has run.
  addEventListener("pageshow", tell);
  tell();
}
