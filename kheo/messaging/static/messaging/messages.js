// "Copy the message" copies with the tap that opens it. Without this file the text is there to be selected.

async function copy(box) {
  const area = box.querySelector("textarea"), said = box.querySelector("[data-said]");
  let copied = false;
  try {
    await navigator.clipboard.writeText(area.value);
    copied = true;
  } catch {
    // An old browser inside another app, or no HTTPS: select, and ask the browser the old way.
    area.focus();
    area.select();
    area.setSelectionRange(0, area.value.length);
    try { copied = document.execCommand("copy"); } catch { /* the text stays selected */ }
  }
  said.textContent = copied ? said.dataset.copied : said.dataset.select;
}

async function share(box) {
  try { await navigator.share({ text: box.querySelector("textarea").value }); } catch { /* closed again */ }
}

for (const box of document.querySelectorAll("[data-message]")) {
  const summary = box.querySelector("summary");
  summary?.addEventListener("click", (event) => {
    if (box.open) return;
    event.preventDefault();
    box.open = true;
    copy(box);
  });
  const again = box.querySelector("[data-copy]"), sharing = box.querySelector("[data-share]");
  again.hidden = false;
  again.addEventListener("click", () => copy(box));
  if (navigator.share) {
    sharing.hidden = false;
    sharing.addEventListener("click", () => share(box));
  }
}
