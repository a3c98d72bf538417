// Keeps the shell of the page, so that it starts without a network. Nothing of a branch is kept:
// calls go past it, and what it keeps is the page itself and the parts that the page names.

const KEEP = "smartbranch-lobby-shell";
const PAGE = "/lobby";
const PARTS = "/static/";
const LIMIT_MS = 4_000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(renew());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate" && pathname === PAGE) event.respondWith(page(event));
  else if (pathname.startsWith(PARTS)) event.respondWith(part(event.request));
});

// The newest page while there is a network, else the one that was kept.
async function page(event) {
  try {
    const response = await fetch(event.request, { signal: AbortSignal.timeout(LIMIT_MS) });
    if (response.ok) event.waitUntil(renew(response.clone()));
    if (response.status < 500) return response;
  } catch {
    // No network, or too slow a one.
  }
  const cache = await caches.open(KEEP);
  return (await cache.match(PAGE)) ?? Response.error();
}

async function part(request) {
  const cache = await caches.open(KEEP);
  return (await cache.match(request)) ?? fetch(request);
}

// Keeps a page with its parts, and drops those of the last one.
async function renew(newest) {
  const response = newest ?? (await fetch(PAGE));
  if (!response.ok) return;
  const cache = await caches.open(KEEP);
  const text = await response.clone().text();
  const parts = new Set(text.match(/\/static\/[^"'\s]+/g) ?? []);
  const kept = await cache.keys();
  const known = new Set(kept.map(({ url }) => new URL(url).pathname));
  await cache.addAll([...parts].filter((path) => !known.has(path)));
  await cache.put(PAGE, response);
  const old = [...known].filter((path) => path !== PAGE && !parts.has(path));
  await Promise.all(old.map((path) => cache.delete(path)));
}
