// While one is in a field or on a link, the words it was read from light up and come into view.
// Without this file the links "in the text" jump to the same words.
const box = document.querySelector("[data-source]");

function light(key) {
  for (const words of box.querySelectorAll(".is-lit")) words.classList.remove("is-lit");
  if (!key) return;
  const found = [...box.querySelectorAll(".source-words")].filter((words) => words.dataset.of.split(" ").includes(key));
  for (const words of found) words.classList.add("is-lit");
  if (!found.length || box.scrollHeight <= box.clientHeight) return;
  const top = found[0].getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  box.scrollTo({ top: Math.max(0, top - box.clientHeight / 3) });
}

// The link that belongs to a field: its own, or the one of the row or task it stands in.
function keyOf(element) {
  const own = element.closest("[data-words]");
  if (own) return own.dataset.words;
  return element.closest(".body-row")?.querySelector("[data-words]")?.dataset.words
    ?? element.closest(".task")?.querySelector("[data-words]")?.dataset.words;
}

if (box) {
  const follow = (element) => {
    if (!box.contains(element)) light(keyOf(element));
  };
  document.addEventListener("focusin", (event) => follow(event.target));
  // Somebody may have been in a field before this file had come.
  follow(document.activeElement);
  document.addEventListener("pointerover", (event) => {
    const link = event.target.closest("a[data-words]");
    if (link) light(link.dataset.words);
  });
  for (const link of document.querySelectorAll("a[data-words]")) {
    link.addEventListener("click", (event) => {
      // The text scrolls in its own box; the page stays where one is typing, if the box is in view.
      const place = box.getBoundingClientRect();
      if (place.bottom < 80 || place.top > innerHeight - 80) return;
      event.preventDefault();
      light(link.dataset.words);
    });
  }
}
