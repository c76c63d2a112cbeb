// A button that copies what its data-copies names. Without this file the text is there to be selected.
for (const button of document.querySelectorAll("[data-copies]")) {
  const text = document.querySelector(button.dataset.copies);
  const said = button.parentElement.querySelector("[data-said]");
  if (!text) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = text.value ?? text.textContent.trim();
    let copied = false;
    try {
      await navigator.clipboard.writeText(words);
      copied = true;
    } catch {
      // An old browser inside another app, or no HTTPS: select, and ask the browser the old way.
      const range = document.createRange();
      range.selectNodeContents(text);
      if (text.select) text.select();
      else { getSelection().removeAllRanges(); getSelection().addRange(range); }
      try { copied = document.execCommand("copy"); } catch { /* it stays selected */ }
    }
    if (said) said.textContent = copied ? said.dataset.copied : said.dataset.select;
  });
}
