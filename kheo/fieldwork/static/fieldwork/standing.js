// One choice for every line that has none of its own yet, then the exceptions. Without this file each is chosen.
for (const bar of document.querySelectorAll("[data-all-lines]")) {
  bar.hidden = false;
  const said = bar.querySelector("[role=status]");
  for (const button of bar.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const lines = [...bar.closest("form").querySelectorAll("select[name^=line_]")];
      // What was chosen line by line is an exception and stays.
      const open = lines.filter((line) => !line.dataset.own);
      for (const line of open) line.value = button.value;
      said.textContent = bar.dataset.said.replace("{n}", open.length);
      lines[0]?.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
  bar.closest("form").addEventListener("change", (event) => {
    if (event.isTrusted && event.target.name?.startsWith("line_")) event.target.dataset.own = "yes";
  });
}
