// Keeps what is typed as a draft on the server, and opens the parts that are asked for.
// Without this file one presses "Save the draft", and opens the parts by hand.
const form = document.querySelector("form[data-register]");

const opens = (part, wanted) => {
  if (part && wanted && !part.open) part.open = true;
};
const follow = () => {
  const level = form.elements.level_asked?.value;
  opens(form.querySelector("[data-upward]"), level && level !== "commune");
  const subject = [...form.querySelectorAll("input[name=subject]")].find((each) => each.checked)?.value;
  opens(form.querySelector("[data-person]"), subject === "person");
};

let timer = 0;
let sending = false;
const said = form?.querySelector("[data-saved]");

const keep = async () => {
  const data = new FormData(form);
  // Files travel when the form is sent; a draft holds words.
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  try {
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json" },
    });
    const told = await answer.json();
    said.textContent = told.saved || told.refused || form.dataset.lost;
  } catch {
    said.textContent = form.dataset.lost;
  }
};

if (form) {
  follow();
  form.addEventListener("change", follow);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => sending || keep(), 2500);
  });
  form.addEventListener("submit", () => {
    sending = true;
    clearTimeout(timer);
  });
}
