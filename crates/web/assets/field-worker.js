// Answers for the field checklist and its style and script while there is no connection. Where there is one, it stays out of the way.
"use strict";
const CACHE = "field";
const PAGE = new URL(self.registration.scope).pathname;
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = url.pathname === PAGE;
  if (!page && !url.pathname.startsWith("/static/")) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    try {
      const answer = await fetch(request);
      if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
      // Whoever may no longer see the page keeps no copy of it.
      else if (page && (answer.type === "opaqueredirect" || answer.redirected || answer.status === 403 || answer.status === 404)) await cache.delete(request, { ignoreSearch: true });
      return answer;
    } catch {
      return (await cache.match(request)) || (page && (await cache.match(request, { ignoreSearch: true }))) || Response.error();
    }
  })());
});
