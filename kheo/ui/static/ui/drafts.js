// Keeps what is being typed in forms marked data-draft until they are sent, in this tab only and for this
// person only, so that a closed laptop or a wrong click loses nothing. From the press of "send" on, the
// server keeps it (kheo/ui/kept.py). Words come from the form: data-draft-found, -restore, -forget.
// A form marked data-draft-open is kept for whoever sits here without an account. As no server keeps it for
// them, it stays until a page marked data-draft-sent (the form's name) says that it has arrived.

const person = document.body.dataset.person;
const unkept = /csrf|password/i;

const typed = (form) =>
  [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !unkept.test(name));

function restore(form, fields) {
  const names = new Map();
  for (const [name, value] of fields) names.set(name, [...(names.get(name) ?? []), value]);
  for (const input of form.elements) {
    if (!input.name || unkept.test(input.name) || ["hidden", "file", "submit"].includes(input.type)) continue;
    const values = names.get(input.name) ?? [];
    if (["checkbox", "radio"].includes(input.type)) input.checked = values.includes(input.value);
    else if (input.multiple) for (const option of input.options) option.selected = values.includes(option.value);
    else if (values.length) input.value = values.shift();
  }
}

function offer(form, key, fields) {
  const note = document.createElement("div");
  note.className = "note draft-note";
  note.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = form.dataset.draftFound;
  const answer = (text, then) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.textContent = text;
    button.addEventListener("click", () => { then(); note.remove(); });
    return button;
  };
  note.append(
    words,
    answer(form.dataset.draftRestore, () => restore(form, fields)),
    answer(form.dataset.draftForget, () => sessionStorage.removeItem(key)),
  );
  form.prepend(note);
}

for (const sent of document.querySelectorAll("[data-draft-sent]")) {
  const end = `:${sent.dataset.draftSent}`;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("draft:open:") && key.endsWith(end)) sessionStorage.removeItem(key);
  }
}

{
  const forms = document.querySelectorAll(person ? "form[data-draft]" : "form[data-draft-open]");
  for (const form of forms) {
    const open = "draftOpen" in form.dataset;
    const key = `draft:${open ? "open" : person}:${location.pathname}:${form.dataset.draft}`;
    const now = () => JSON.stringify(typed(form));
    const fresh = now();
    try {
      const kept = sessionStorage.getItem(key);
      if (kept && kept !== fresh && !form.querySelector(".error-summary")) offer(form, key, JSON.parse(kept));
    } catch { /* a draft that cannot be read is no draft */ }
    let waiting;
    form.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        try { sessionStorage.setItem(key, now()); } catch { /* the tab's store is full */ }
      }, 400);
    });
    form.addEventListener("submit", () => {
      clearTimeout(waiting);
      try { open ? sessionStorage.setItem(key, now()) : sessionStorage.removeItem(key); } catch { /* full */ }
    });
  }
}
