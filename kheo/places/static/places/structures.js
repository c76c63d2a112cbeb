// The slider and the buttons change the map in place. Without this file the buttons are links and there is no slider.
const times = document.querySelector(".times");
const slider = times.querySelector("input");
const links = [...times.querySelectorAll("a")];
let asked = null;

const choose = async (link) => {
  links.forEach((each) => each.toggleAttribute("aria-current", false));
  link.setAttribute("aria-current", "true");
  slider.value = links.indexOf(link);
  slider.setAttribute("aria-valuetext", link.firstChild.textContent.trim());
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(link.href, { headers: { Accept: "text/html" }, signal: asked.signal });
    if (!answer.ok || answer.redirected) { location.assign(link.href); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const status = document.querySelector("#shown [role=status]");
    // The line that is read out stays; what it says changes.
    status.textContent = page.querySelector("#shown [role=status]").textContent;
    document.querySelector("#shown figure").replaceWith(page.querySelector("#shown figure"));
    history.replaceState(null, "", link.href);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(link.href);
  }
};

if (slider) {
  slider.closest("p").hidden = false;
  slider.addEventListener("input", () => choose(links[slider.valueAsNumber]));
  times.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link);
  });
}
