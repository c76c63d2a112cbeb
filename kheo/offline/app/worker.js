/**
 * The service worker of the app: opens it without signal, keeps what other apps share with it, and sends what waits
 * while it is closed. Before this stands `self.KHEO = {version, shell, files}`, written by the server.
 */
import { keepShared } from "./engine/shared.js";
import { sync } from "./engine/outbox.js";

const { version, shell, files } = self.KHEO;
const CACHE = `kheo-field-${version}`;
// Names that change with their content never need asking twice.
const FINGERPRINTED = /\.[0-9a-f]{12}\./;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CACHE);
      await Promise.all(
        [shell, ...files].map(async (url) => {
          const response = await fetch(url, { cache: FINGERPRINTED.test(url) ? "default" : "reload", redirect: "error" });
          if (!response.ok) throw new Error(`${url}: ${response.status}`);
          await cache.put(url, response);
        }),
      );
      // Where no version is at work yet there is nothing to wait for.
      if (!self.registration.active) await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("kheo-field-") && name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "this page too") event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/thuc-dia/chia-se/") event.respondWith(share(request));
  else if (request.method === "GET" && request.mode === "navigate" && url.pathname === shell) event.respondWith(kept(shell, request));
  else if (request.method === "GET" && request.mode !== "navigate" && files.includes(url.pathname)) event.respondWith(kept(url.pathname, request));
});

async function kept(name, request) {
  return (await (await caches.open(CACHE)).match(name)) ?? fetch(request);
}

async function share(request) {
  const how = await keepShared(request).catch(() => "full");
  return Response.redirect(`/thuc-dia/?chia-se=${how}`, 303);
}

self.addEventListener("sync", (event) => {
  if (event.tag === "outbox") event.waitUntil(deliver());
});

/** Rejects while something is left that could go, so that the browser tries again later. */
async function deliver() {
  const { again } = await sync();
  if (again) throw new Error("not all of it could be sent yet");
}
