// The day without network: the last one that was opened, for a day, and the files that it needs.
"use strict";
const root = new URL("..", location).pathname.slice(0, -1); // the path of another server, or nothing
const KEPT = "day", DAY = `${root}/today`, LASTS = 24 * 3600 * 1000, PATIENCE = 8000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const asked = event.request, url = new URL(asked.url);
  if (asked.method !== "GET" || url.origin !== location.origin) return;
  const ours = url.pathname === DAY || url.pathname.startsWith(`${root}/static/`);
  if (ours || asked.mode === "navigate") event.respondWith(answer(asked, url, ours));
});

async function answer(asked, url, ours) {
  const kept = await caches.open(KEPT);
  const old = await fresh(kept, ours ? url.pathname : DAY);
  try {
    const got = await (old && ours ? soon(fetch(asked)) : fetch(asked));
    if (ours && got.ok && !got.redirected && !url.search) await kept.put(url.pathname, got.clone());
    return got;
  } catch (error) {
    if (!old) throw error;
    return ours ? old : Response.redirect(DAY);
  }
}

async function fresh(kept, path) {
  const old = await kept.match(path);
  if (!old || Date.now() - Date.parse(old.headers.get("date")) < LASTS) return old;
  await kept.delete(path);
}

function soon(answer) {
  return Promise.race([answer, new Promise((_, fail) => setTimeout(fail, PATIENCE))]);
}
