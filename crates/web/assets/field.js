// The field checklist: an entry is first kept on the device, then sent until the server says that it has it. Without this
// script each entry is a plain form.
"use strict";
(() => {
  const box = document.getElementById("outbox");
  if (!box) return;
  const words = box.dataset;
  const list = box.querySelector("[data-list]");
  const state = box.querySelector("[data-state]");
  const say = (text) => { if (state.textContent !== text) state.textContent = text; };

  // The store of the device: entries of this person in this assessment.
  const opened = new Promise((done, failed) => {
    const request = indexedDB.open("zhunsheng-field", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("entries", { keyPath: "id" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const store = async (mode, act) => {
    const db = await opened;
    return new Promise((done, failed) => {
      const transaction = db.transaction("entries", mode, mode === "readwrite" ? { durability: "strict" } : {});
      const request = act(transaction.objectStore("entries"));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  };
  const mine = (entry) => entry.who === words.who && entry.scope === words.scope;
  const held = async () => (await store("readonly", (all) => all.getAll())).filter(mine).sort((a, b) => a.at.localeCompare(b.at) || a.n - b.n);
  const keep = (entry) => store("readwrite", (all) => all.put(entry));
  const drop = (id) => store("readwrite", (all) => all.delete(id));

  const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const forms = () => [...document.querySelectorAll("form[data-entry]")];
  const formOf = (entry) => forms().find((form) => form.dataset.draft === entry.draft);
  const result = (form, text, kind) => {
    const place = form?.querySelector("[data-result]");
    if (place) { place.textContent = text; place.className = "small " + kind; }
    if (form) form.dataset.state = kind;
  };

  const show = async () => {
    const entries = await held();
    list.replaceChildren(...entries.map((entry) => {
      const item = document.createElement("li");
      const what = document.createElement("strong");
      what.textContent = entry.label;
      const how = document.createElement("span");
      how.textContent = " " + (entry.wrong ? words.refused + entry.wrong : entry.waits ? words.waits + entry.waits : words.kept);
      item.append(what, how);
      if (entry.wrong || entry.waits) {
        const row = document.createElement("div");
        row.className = "buttons";
        item.append(row);
        const button = (text, act) => {
          const one = document.createElement("button");
          one.type = "button"; one.textContent = text;
          one.addEventListener("click", act);
          row.append(one);
        };
        button(words.retry, async () => { await keep({ ...entry, wrong: "", waits: "", after: 0 }); await flush(); });
        button(words.discard, async () => { if (confirm(words.discardAsk)) { await drop(entry.id); await show(); } });
      }
      return item;
    }));
    box.dataset.count = entries.length;
    return entries;
  };

  const verdicts = (answer) => {
    for (const one of answer.verdicts || [])
      for (const line of document.querySelectorAll(`[data-leaf="${CSS.escape(one.leaf)}"] .sign`)) { line.textContent = one.sign; line.className = "sign " + one.verdict; }
  };

  // How long one that waits for others is left alone while the page stays open.
  const LATER = 120000;
  const due = (entry) => !entry.wrong && !(entry.after > Date.now());

  // Sends what is held, in the order written. True while it is worth going on.
  const send = async (entry) => {
    const body = new FormData();
    for (const [name, value] of entry.pairs) body.append(name, value);
    for (const file of entry.files) body.append("photo", file.blob, file.name);
    let answer;
    try {
      answer = await fetch(words.scope, { method: "POST", body, headers: { "X-Part": "1", "X-CSRF": document.body.dataset.csrf }, redirect: "manual" });
    } catch {
      say(words.offline);
      return false;
    }
    const form = formOf(entry);
    if (answer.ok) {
      const said = await answer.json();
      await drop(entry.id);
      if (said.conflict) result(form, words.clash, "warn"); else result(form, words.received, "fine");
      if (said.conflict && form) {
        const link = document.createElement("a");
        link.href = words.conflicts + said.conflict; link.textContent = " →"; link.setAttribute("aria-label", words.clash);
        form.querySelector("[data-result]").append(link);
      }
      verdicts(said);
      return true;
    }
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { say(words.signedOut); return false; }
    if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) { say(words.offline); return false; }
    let wrong = String(answer.status);
    try { wrong = (await answer.json()).wrong || wrong; } catch { /* the number says it */ }
    // Closed to changes (409) or larger than the bound (413): the entry is not wrong, and will be taken once that is mended.
    if (answer.status === 409 || answer.status === 413) {
      await keep({ ...entry, waits: wrong, after: Date.now() + LATER });
      result(form, words.waits + wrong, "warn");
      return true;
    }
    await keep({ ...entry, wrong, waits: "" });
    result(form, words.refused + wrong, "bad");
    return true;
  };
  let running = false, again = false;
  const flush = async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      do {
        again = false;
        const waiting = (await show()).filter(due);
        if (waiting.length) say(words.sending);
        let going = true;
        for (const entry of waiting) {
          // A second tab, or this one a moment ago, may have sent it already; the server counts an entry once in any case.
          if (going) going = await send(entry);
        }
        const left = await show();
        if (going && !left.length && box.dataset.used) say(words.empty);
        if (!going) break;
      } while (again);
    } finally { running = false; }
  };

  let number = 0;
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-entry]");
    if (!form) return;
    event.preventDefault();
    const pairs = [], files = [];
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") { if (name !== "csrf") pairs.push([name, value]); }
      else if (value.size || value.name) files.push({ name: value.name, blob: new Blob([await value.arrayBuffer()], { type: value.type }) });
    }
    const id = fresh(), at = new Date().toISOString();
    pairs.push(["entry", id], ["taken", at]);
    const entry = { id, at, n: number++, who: words.who, scope: words.scope, label: form.dataset.label + " · " + (form.querySelector(".name, legend")?.firstChild?.textContent || "").trim(), draft: form.dataset.draft, pairs, files };
    try {
      await keep(entry);
    } catch {
      say(words.noStore);
      form.submit();
      return;
    }
    box.dataset.used = "1";
    window.zhunsheng.forget(form);
    form.dataset.sent = "1";
    // What is recorded here is open no more, whenever it is sent.
    const around = form.closest(".place"), open = around?.querySelector("[data-open]");
    if (open) open.textContent = open.textContent.replace(/\d+/, around.querySelectorAll("form[data-entry]:not([data-sent])").length);
    result(form, words.kept, "warn");
    const photo = form.querySelector("input[type=file]");
    if (photo) { photo.value = ""; form.querySelector("[data-photo]").textContent = ""; }
    form.querySelector("[name=note]").value = "";
    flush();
  });
  document.addEventListener("change", (event) => {
    const photo = event.target.closest("form[data-entry] input[type=file]");
    if (photo) photo.form.querySelector("[data-photo]").textContent = [...photo.files].map((file) => file.name).join(", ");
  });

  addEventListener("online", flush);
  addEventListener("offline", () => say(words.offline));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") flush(); });
  setInterval(async () => { if ((await held()).some(due)) flush(); }, 15000);

  // The page opens again without a connection: itself, its style and its scripts are kept.
  const ready = async () => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(words.worker, { scope: words.scope });
    await navigator.serviceWorker.ready;
    const cache = await caches.open("field");
    const parts = [...document.querySelectorAll("link[rel=stylesheet],script[src]")].map((part) => part.href || part.src);
    await cache.addAll([location.pathname + location.search, ...parts]);
    box.dataset.ready = "1";
  };
  if (navigator.onLine) ready().catch(() => { /* the page still works while it is open */ });
  // Whoever opens the page again wants to know now.
  const anew = async () => { for (const entry of await held()) if (entry.after) await keep({ ...entry, after: 0 }); };
  opened.then(async () => { await anew(); await flush(); }, () => say(words.noStore));
})();
