// What every page may use. Everything works without it; it adds comfort: theme at once, drafts kept, times in words.
"use strict";
(() => {
  const root = document.documentElement;

  // Theme: switch without loading the page; the server remembers.
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      const body = new URLSearchParams({ theme: root.dataset.theme, csrf: document.body.dataset.csrf, back: "/" });
      fetch("/preferences", { method: "POST", body, redirect: "manual" });
    });
  }

  // Drafts: a form with data-draft="key" keeps what is typed until it has been sent and accepted. They are kept by account, so that
  // whoever signs in next in this browser sees none of it. Those without an account were kept by an earlier version of this page.
  const OWN = "drafts:" + (document.body.dataset.who || "") + ":";
  const keyOf = (form) => OWN + form.dataset.draft;
  const keys = () => { try { return Object.keys(localStorage); } catch { return []; } };
  for (const key of keys()) if (key.startsWith("draft:")) localStorage.removeItem(key);
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
  const forget = (form) => { try { localStorage.removeItem(keyOf(form)); } catch { /* there is none */ } };
  const collect = (form) => {
    const out = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf" || typeof value !== "string") continue;
      (out[name] ||= []).push(value);
    }
    return out;
  };
  // Hidden fields that name what was seen when typing began. They come back with the draft: what is typed over an older state is sent as
  // such, so that the server keeps both instead of letting it overwrite what somebody else saved meanwhile.
  const SEEN = ["version", "seen", "was"];
  const seen = (form) => SEEN.map((name) => form.elements[name]).filter((field) => field?.type === "hidden");
  const outdated = (form, held) => seen(form).some((field) => held[field.name] && held[field.name][0] !== field.value);
  const fill = (form, held) => {
    for (const field of seen(form)) if (held[field.name]) field.value = held[field.name][0];
    for (const element of form.elements) {
      if (!element.name || ["file", "submit", "hidden"].includes(element.type)) continue;
      const values = held[element.name] || [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = values.includes(element.value);
      else if (element.multiple) for (const option of element.options) option.selected = values.includes(option.value);
      else if (values.length) element.value = values.shift();
      element.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  // Once the person signs out nothing of theirs is written any more.
  let leaving = false;
  let keepers = [];
  const drafts = (scope) => {
    keepers = keepers.filter((keep) => keep.form.isConnected);
    for (const form of scope.querySelectorAll("form[data-draft]")) {
      const key = keyOf(form);
      const state = form.querySelector("[data-draft-state]");
      const say = (word) => {
        if (!state) return;
        state.textContent = state.dataset[word] || "";
        state.classList.toggle("warn", word === "outdated");
      };
      // What was sent and lost to somebody faster stands in the form, over the newer state, and the server has kept it.
      if ("draftKept" in form.dataset) forget(form);
      const before = JSON.stringify(collect(form));
      const held = read(key);
      if (held && JSON.stringify(held.values) !== before) {
        const old = outdated(form, held.values);
        fill(form, structuredClone(held.values));
        say(old ? "outdated" : "restored");
        const drop = form.querySelector("[data-draft-drop]");
        if (drop) {
          drop.hidden = false;
          drop.addEventListener("click", () => { forget(form); fill(form, JSON.parse(before)); drop.hidden = true; say("none"); });
        }
      }
      const keep = () => {
        if (leaving) return;
        try { localStorage.setItem(key, JSON.stringify({ values: collect(form) })); return true; } catch { return false; /* the form itself still holds it */ }
      };
      let timer = 0;
      form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => say(keep() ? "kept" : "none"), 150);
      });
      const flush = () => {
        clearTimeout(timer);
        if (JSON.stringify(collect(form)) !== before) keep();
      };
      keepers.push(Object.assign(() => { if (form.isConnected && !form.dataset.sent) flush(); }, { form }));
      form.addEventListener("submit", () => { flush(); form.dataset.sent = "1"; sessionStorage.setItem("sent", key); });
    }
  };
  addEventListener("pagehide", () => { for (const keep of keepers) keep(); });
  // A page that says data-accepted was reached because the form was accepted: its draft has served.
  const accepted = document.querySelector("[data-accepted]");
  const sent = sessionStorage.getItem("sent");
  if (accepted && sent) { localStorage.removeItem(sent); }
  sessionStorage.removeItem("sent");
  drafts(document);

  // Fields that are told apart as not known, none and a value: typing chooses “value”; choosing another puts the text aside.
  const group = (element) => element.closest(".fact");
  const states = (fact) => [...fact.querySelectorAll("input[type=radio]")].filter((radio) => radio.name === "s." + fact.dataset.path && group(radio) === fact);
  const inputs = (fact) => [...fact.querySelectorAll("[data-value]")].filter((part) => group(part) === fact).flatMap((part) => (part.matches("input,textarea") ? [part] : [...part.querySelectorAll("input")]));
  const says = (fact) => fact.querySelector(":scope > div > select")?.value ?? states(fact).find((radio) => radio.checked)?.value;
  const choose = (fact) => {
    for (; fact; fact = group(fact.parentElement)) {
      const value = states(fact).find((radio) => radio.value === "value");
      if (value && !value.checked) { value.checked = true; apart(fact); }
    }
  };
  const apart = (fact) => {
    const own = says(fact) === "value";
    const nested = [...fact.querySelectorAll("fieldset[data-nested]")].find((part) => group(part) === fact);
    if (nested) nested.disabled = !own;
    for (const input of inputs(fact)) {
      if (input.type === "checkbox") {
        if (own) { if (input.dataset.aside) input.checked = true; delete input.dataset.aside; }
        else if (input.checked) { input.dataset.aside = "1"; input.checked = false; }
      } else if (own) { if (input.dataset.aside) input.value = input.dataset.aside; delete input.dataset.aside; }
      else if (input.value) { input.dataset.aside = input.value; input.value = ""; }
    }
  };
  document.addEventListener("input", (event) => {
    const fact = event.target.closest(".fact");
    if (!fact) return;
    if (event.target.closest("[data-value]")) { if (event.target.type !== "checkbox" || event.target.checked) choose(fact); }
    else if (event.target.name?.startsWith("s.")) {
      if (event.target.type === "radio") apart(fact);
      if (says(fact) !== "unknown") { const above = group(fact.parentElement); if (above) choose(above); }
    }
  });

  // Choices that show or hide what depends on them: data-shows="name=value".
  const depend = () => {
    for (const part of document.querySelectorAll("[data-shows]")) {
      const [name, value] = part.dataset.shows.split("=");
      const form = part.closest("form");
      const chosen = form && form.elements[name];
      if (chosen) part.hidden = (chosen.value ?? "") !== value;
    }
  };
  document.addEventListener("change", depend);
  depend();

  // Who signs out leaves neither a copy of a page nor a draft behind, and is asked before what was not sent is thrown away.
  for (const form of document.querySelectorAll("form[action='/logout']"))
    form.addEventListener("submit", (event) => {
      for (const keep of keepers) keep();
      const left = keys().filter((key) => key.startsWith(OWN));
      if (left.length && !confirm(form.dataset.unsent)) { event.preventDefault(); return; }
      leaving = true;
      for (const key of left) localStorage.removeItem(key);
      if ("caches" in window) caches.delete("field");
    });
  for (const form of document.querySelectorAll("form[data-ask]"))
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });
  for (const select of document.querySelectorAll("[data-submits]"))
    select.addEventListener("change", () => select.form.requestSubmit());

  window.zhunsheng = { drafts, forget, csrf: document.body.dataset.csrf };
})();
