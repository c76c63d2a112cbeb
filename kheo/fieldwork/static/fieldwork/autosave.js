// Keeps what is typed into a report as a draft on the server, a moment after the last key.
// Without this file one presses "Save the draft".
const form = document.querySelector("form[data-autosave]");
const said = form?.querySelector("[data-saved]");
let timer = 0;
let sending = false;

async function keep() {
  const data = new FormData(form);
  // Photos travel when the form is sent; a draft holds words.
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST", body: data, headers: { Accept: "application/json" },
    });
    const told = await answer.json();
    said.textContent = told.saved || told.refused || form.dataset.lost;
  } catch {
    said.textContent = form.dataset.lost;
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => sending || keep(), 2500);
});
form?.addEventListener("submit", () => {
  sending = true;
  clearTimeout(timer);
});
