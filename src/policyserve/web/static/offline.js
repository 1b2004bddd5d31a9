// The queue of an agent's phone: a form is kept in the browser, sent once when there is network, and its state is shown.
(() => {
  "use strict";
  const board = document.getElementById("queue");
  if (!board || !window.indexedDB || !window.fetch) return;
  const root = new URL("..", document.currentScript.src).pathname.slice(0, -1); // the path of another server, or nothing
  const words = board.dataset, main = document.getElementById("main");
  const isDay = Boolean(document.getElementById("deeds"));
  let sending = false, again = false, away = false, over = false;

  const base = new Promise((done, fail) => {
    const asked = indexedDB.open("policyserve", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("forms", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const forms = (mode, deed) => base.then((open) => new Promise((done, fail) => {
    const turn = open.transaction("forms", mode), asked = deed(turn.objectStore("forms"));
    turn.oncomplete = () => done(asked.result);
    turn.onabort = () => fail(turn.error);
  }));
  const keep = (one) => forms("readwrite", (store) => store.put(one));
  const drop = (one) => forms("readwrite", (store) => store.delete(one.key));
  const kept = () => forms("readonly", (store) => store.getAll())
    .then((rows) => rows.filter((one) => one.key).sort((a, b) => a.at - b.at));

  async function forget() {
    await forms("readwrite", (store) => store.clear());
    if (window.caches) await caches.delete("day");
  }

  // One user's only; what was sent is forgotten as soon as a newer page shows it.
  async function begin() {
    const owner = await forms("readonly", (store) => store.get(""));
    if (owner && owner.user !== words.user) await forget();
    await keep({ key: "", user: words.user });
    for (const one of await kept()) if (one.state === "sent" && one.page !== words.page) await drop(one);
    if (!words.waiting) return;
    if (navigator.serviceWorker && navigator.onLine) {
      navigator.serviceWorker.register(`${root}/static/sw.js`, { scope: `${root}/` }).catch(() => {});
      if (!navigator.serviceWorker.controller || location.search) keepDay();
    }
    await show();
    await send();
    setInterval(send, 30000);
  }

  async function keepDay() {
    if (!window.caches || !navigator.onLine) return;
    try {
      const day = await caches.open("day"), got = await fetch(`${root}/today`);
      if (got.ok && !got.redirected) await day.put(`${root}/today`, got);
      await day.addAll(["app.css", "offline.js", "icon.svg"].map((name) => `${root}/static/${name}`));
    } catch (error) { /* no network: the older one stays */ }
  }

  async function queue(form) {
    const typed = new URLSearchParams(new FormData(form)), card = form.closest("[data-label]");
    const one = {
      key: typed.get("form_key"), to: form.getAttribute("action"), body: String(typed), kind: form.dataset.queue,
      card: card.id, label: card.dataset.label, at: Date.now(), state: "waiting",
    };
    try { await keep(one); } catch (error) { form.submit(); return; }
    await show();
    card.scrollIntoView({ block: "nearest" });
    await send();
  }

  async function send() {
    if (sending) { again = true; return; }
    sending = true;
    let sent = 0;
    away = !navigator.onLine;
    over = false;
    try {
      for (const one of await kept()) {
        if (one.state !== "waiting" || away) continue;
        const told = await post(one);
        over = told.outcome === "sign-in";
        if (told.outcome === "refused") await keep({ ...one, state: "refused", said: told.said });
        else if (told.outcome === "sent") {
          await keep({ ...one, body: "", state: "sent", said: told.said, page: words.page });
          sent += 1;
          if (!isDay && document.getElementById(one.card)) { location.assign(root + told.to); return; }
        } else break;
      }
    } catch (error) { away = true; }
    sending = false;
    await show();
    if (sent) keepDay();
    if (again) { again = false; send(); }
  }

  async function post(one) {
    const stop = new AbortController(), clock = setTimeout(() => stop.abort(), 20000);
    try {
      const answer = await fetch(one.to, {
        method: "POST", body: one.body, redirect: "manual", signal: stop.signal,
        headers: { "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded" },
      });
      return await answer.json();
    } finally { clearTimeout(clock); }
  }

  function made(name, said, kind) {
    const one = document.createElement(name);
    one.textContent = said;
    if (kind) one.className = kind;
    return one;
  }

  function button(said, deed) {
    const one = made("button", said, "plain");
    one.type = "button";
    one.addEventListener("click", deed);
    return one;
  }

  const discard = (one) => button(words.discard, () => { if (confirm(words.sure)) drop(one).then(show); });

  // The forms of a card come from the page's template, with a key of their own.
  function opened(card, kind) {
    const there = card.querySelector(`form[data-queue="${kind}"]`);
    if (there) return there;
    const form = document.getElementById("deeds").content.querySelector(`form[data-queue="${kind}"]`).cloneNode(true);
    const channel = form.elements.channel, to = form.elements.to;
    form.removeAttribute("id");
    form.setAttribute("action", form.getAttribute("action").replace("/0/", `/${card.dataset.task}/`));
    form.elements.form_key.value = `${words.user}.` + Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
    if (channel && card.dataset.channel) channel.value = card.dataset.channel;
    if (to) to.max = card.dataset.latest;
    card.append(form);
    return form;
  }

  function fill(form, body) {
    for (const [name, value] of new URLSearchParams(body)) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
    form.dataset.filled = "yes";
  }

  function mark(card, one) {
    const line = made("p", words[one.state].replace("{why}", one.said || ""), `state ${one.state}`);
    if (one.state === "sent" && one.said) line.append(` ${one.said}`);
    if (one.state === "refused") {
      const form = opened(card, one.kind);
      if (!form.dataset.filled) fill(form, one.body);
      line.append(" ", discard(one));
    } else card.classList.add("kept");
    card.append(line);
    const undo = document.getElementById("undo");
    if (one.state === "sent" && undo && one.kind !== "put-off") {
      const form = undo.content.firstElementChild.cloneNode(true);
      form.action = form.getAttribute("action").replace("/0/", `/${card.dataset.task}/`);
      line.append(form);
    }
  }

  async function show() {
    const rows = await kept(), lost = [];
    document.querySelectorAll(".state").forEach((one) => one.remove());
    document.querySelectorAll(".kept").forEach((one) => one.classList.remove("kept"));
    for (const one of rows) {
      const card = document.getElementById(one.card);
      if (card) mark(card, one);
      else if (one.state === "refused") lost.push(one);
    }
    const waiting = rows.filter((one) => one.state === "waiting").length;
    board.textContent = "";
    if (!navigator.onLine || away) board.append(made("p", words.offline));
    if (waiting) board.append(made("p", words.count.replace("{n}", waiting)));
    if (over) {
      const link = made("a", words.again);
      link.href = `${root}/sign-in?next=${encodeURIComponent(location.pathname.slice(root.length))}`;
      board.append(link);
    }
    for (const one of lost) {
      const typed = new URLSearchParams(one.body), block = made("div", "", "lost");
      block.append(made("strong", one.label), made("p", words.refused.replace("{why}", one.said)));
      for (const name of ["outcome", "note", "why", "referred_name", "referred_phone", "detail"]) if (typed.get(name)) block.append(made("p", typed.get(name), "typed"));
      block.append(discard(one));
      board.append(block);
    }
    board.hidden = !board.firstChild;
  }

  async function leave(form) {
    try {
      const left = (await kept()).filter((one) => one.state !== "sent").length;
      if (left && !confirm(words.leave.replace("{n}", left))) return;
      await forget();
    } catch (error) { /* nothing is kept here */ }
    form.submit();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const deed = form.dataset.queue ? queue : form.getAttribute("action") === `${root}/sign-out` ? leave : null;
    if (!deed) return;
    event.preventDefault();
    deed(form);
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-deed]");
    if (!link || !isDay) return;
    event.preventDefault();
    opened(link.closest("[data-label]"), link.dataset.deed).querySelector("input:not([type=hidden]), select").focus();
  });
  addEventListener("online", send);
  addEventListener("offline", () => show());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  begin().catch(() => {});
})();
