// While the worker is at something, its bar is asked for every two seconds; when it is done, the page is.
const bar = document.querySelector("[data-progress]");
if (bar) {
  const ask = async () => {
    try {
      const answer = await fetch(bar.dataset.progress, { headers: { "X-Requested-With": "fetch" } });
      if (answer.ok && !answer.redirected) bar.innerHTML = await answer.text();
      if (!bar.querySelector("progress")) return location.reload();
    } catch {
      // Without signal for a moment: it is asked again.
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 1500);
}
