/** The service worker, and how a new version of the app takes over without taking anything from anybody. */
import { show, snapshot } from "./state.js";

/** Registers the worker. A version that waits takes over at once when nothing is being written. */
export async function watchWorker() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return;
  const registration = await serviceWorker.register("/thuc-dia/sw.js", { scope: "/thuc-dia/" });
  const opened = performance.now();
  const waits = () => {
    if (!registration.waiting || !serviceWorker.controller) return;
    // At the opening nobody has typed yet; later the person chooses the moment.
    if (performance.now() - opened < 3_000 && !snapshot().drafts.length) useNewVersion();
    else show({ newVersion: true });
  };
  waits();
  // A page that was still on its way when the worker took all pages over was passed by: it asks for itself.
  serviceWorker.ready.then(({ active }) => serviceWorker.controller ?? active.postMessage("this page too"));
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", waits));
}

/** The browser looks by itself only when a page is opened. */
export function lookForVersion() {
  navigator.serviceWorker?.getRegistration("/thuc-dia/").then((registration) => registration?.update()).catch(() => {});
}

/** The new version takes the app over; every keystroke is kept, so the page may load anew. */
export async function useNewVersion() {
  const registration = await navigator.serviceWorker.getRegistration("/thuc-dia/");
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take over");
}
