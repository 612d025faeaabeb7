// Shows the desk at the entrance when there is no connection: its page without anybody on it, and what that needs.
// Nothing else is served by this, and no answer is kept that names anybody.

const shell = registration.scope + "?shell=1";
const name = "check-in:" + registration.scope;

async function keep() {
  const answer = await fetch(shell);
  if (answer.redirected || !answer.ok) throw new Error("signed out");
  const named = (await answer.clone().text()).matchAll(/(?:href|src)="([^"]*\/static\/[^"]+)"/g);
  const files = [...new Set([...named].map(([, file]) => file))];
  const cache = await caches.open(name);
  await cache.addAll(files);
  await cache.put(shell, answer);
  for (const { url } of await cache.keys())
    if (url !== shell && !files.includes(new URL(url).pathname)) await cache.delete(url);
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(shell, { ignoreVary: true })) ?? Response.error();
  }
}

addEventListener("install", (event) => event.waitUntil(keep().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(page(request));
    event.waitUntil(keep().catch(() => {}));
  } else if (request.url.includes("/static/")) {
    event.respondWith(caches.match(request, { ignoreVary: true }).then((kept) => kept ?? fetch(request)));
  }
});
