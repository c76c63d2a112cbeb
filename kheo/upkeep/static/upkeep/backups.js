// While a backup is under way, the list is fetched again every few seconds. Without this file one reloads the page.
const renew = async () => {
  const list = document.getElementById("backups");
  if (!list || !("underWay" in list.dataset)) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("backups");
      // Whoever is about to press a button there keeps it.
      if (fresh && !list.contains(document.activeElement)) list.replaceWith(fresh);
    }
  } catch { /* No signal: the next try. */ }
  setTimeout(renew, 3000);
};
setTimeout(renew, 2000);
