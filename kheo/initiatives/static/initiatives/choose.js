// One box that chooses every line of the page. Without this file one ticks the lines.
for (const form of document.querySelectorAll("form[data-choose]")) {
  const bar = form.querySelector("[data-choose-all]");
  if (!bar) continue;
  bar.hidden = false;
  const all = bar.querySelector("input");
  const boxes = () => form.querySelectorAll("input[name=pk]");
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
  form.addEventListener("change", (event) => {
    if (event.target.name !== "pk") return;
    all.checked = [...boxes()].every((box) => box.checked);
  });
}
