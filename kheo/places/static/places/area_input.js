// Suggests areas while a place is typed. The field works without it: the text is looked up on the server.

const WAIT = 180;

function suggestFor(box) {
  const input = box.querySelector("input[list]");
  const list = box.querySelector("datalist");
  let timer = 0;
  let asked = "";
  let running = null;

  async function ask() {
    const text = input.value.trim();
    if (text.length < 2 || text === asked) return;
    asked = text;
    running?.abort();
    running = new AbortController();
    const query = new URLSearchParams({ q: text, on: box.dataset.day, levels: box.dataset.levels });
    try {
      const answer = await fetch(`${box.dataset.suggest}?${query}`, { signal: running.signal });
      if (!answer.ok) return;
      const { areas } = await answer.json();
      list.replaceChildren(
        ...areas.map((area) => {
          const option = document.createElement("option");
          option.value = area.place;
          if (area.note) option.label = area.note;
          return option;
        }),
      );
    } catch {
      // No network, or a later question: the list stays as it is.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
}

for (const box of document.querySelectorAll("[data-area-input]")) {
  if (box.dataset.ready) continue;
  box.dataset.ready = "yes";
  suggestFor(box);
}
