// A button that prints the page. Without this file one prints from the browser's menu.
for (const button of document.querySelectorAll("[data-print]")) {
  if (typeof print !== "function") continue;
  button.hidden = false;
  button.addEventListener("click", () => print());
}
