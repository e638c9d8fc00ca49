// Runs beside all pages: where the network does not answer, the page that says so opens. Nothing else is kept.
const worker = /** @type {any} */ (self);
const PAGE = "/offline";
const NAME = "viva-offline";

/** Keep the page and what it is made of, as the server has it now; what it was made of before goes. */
async function keep() {
  const response = await fetch(PAGE, { cache: "no-store" });
  if (!response.ok) return;
  const parts = [...(await response.clone().text()).matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  const cache = await caches.open(NAME);
  const kept = new Set([PAGE]);
  await cache.put(PAGE, response);
  /** @param {string} address */
  const add = async (address) => {
    if (kept.has(address)) return;
    kept.add(address);
    const part = await fetch(address);
    if (!part.ok) return;
    const text = address.endsWith(".js") ? await part.clone().text() : "";
    await cache.put(address, part);
    const folder = address.slice(0, address.lastIndexOf("/") + 1);
    await Promise.all([...text.matchAll(/["']\.\/([\w-]+\.js)["']/g)].map((found) => add(folder + found[1])));
  };
  await Promise.all(parts.map(add));
  const all = await cache.keys();
  await Promise.all(all.filter((request) => !kept.has(new URL(request.url).pathname)).map((request) => cache.delete(request)));
}

worker.addEventListener("install", (/** @type {any} */ event) => {
  worker.skipWaiting();
  event.waitUntil(keep());
});
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(keep().catch(() => {})));

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== worker.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(PAGE)) ?? Response.error()));
  } else if (address.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(address.pathname).then((kept) => kept ?? fetch(request)));
  }
});
