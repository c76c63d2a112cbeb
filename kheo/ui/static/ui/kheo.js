// Small comforts. Every page works without this file.

// A menu closes when one clicks beside it or presses Escape.
const drops = () => document.querySelectorAll("details.drop[open]");
document.addEventListener("click", (event) => {
  for (const drop of drops()) if (!drop.contains(event.target)) drop.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of drops()) {
    drop.open = false;
    drop.querySelector("summary").focus();
  }
});

// A part of the menu stays as this person's browser left it; the one of this page is open in any case.
const parts = document.querySelectorAll(".menu__part");
let left = {};
try { left = JSON.parse(localStorage.getItem("menu") || "{}"); } catch { /* No store, no memory. */ }
for (const part of parts) {
  if (part.dataset.part in left && !("here" in part.dataset)) part.open = left[part.dataset.part];
  part.querySelector("summary").addEventListener("click", () => {
    // Before the browser turns it: it will stand the other way.
    left[part.dataset.part] = !part.open;
    try { localStorage.setItem("menu", JSON.stringify(left)); } catch { /* As it is on the next page. */ }
  });
}

// What went wrong is read first.
document.querySelector(".error-summary")?.focus();

// A table wider than the window can be scrolled with the keyboard.
for (const box of document.querySelectorAll(".table-scroll:not([tabindex])")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    const name = box.querySelector("caption")?.textContent.trim() || document.querySelector("h1")?.textContent.trim();
    if (name) box.setAttribute("aria-label", name);
  }
}

// "#…" of an address never reaches the server: forms that lead onward carry it along.
if (location.hash.length > 1) {
  for (const onward of document.querySelectorAll("form[data-onward] input[name=next]")) {
    if (!onward.value.includes("#")) onward.value += location.hash;
  }
  for (const link of document.querySelectorAll("a[data-onward]")) link.hash = location.hash;
}

// A second press of a slow button does not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) event.preventDefault();
  form.dataset.sending = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});
