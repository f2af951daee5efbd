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

  // Drafts: a form with data-draft="key" keeps what is typed until it has been sent and accepted.
  // data-draft-version tells drafts of an older state apart; they are offered, not forced.
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch { return null; } };
  const collect = (form) => {
    const out = {};
    for (const [name, value] of new FormData(form)) {
      if (name === "csrf" || typeof value !== "string") continue;
      (out[name] ||= []).push(value);
    }
    return out;
  };
  const fill = (form, held) => {
    for (const element of form.elements) {
      if (!element.name || element.name === "csrf" || element.name === "version" || element.type === "file" || element.type === "submit") continue;
      const values = held[element.name] || [];
      if (element.type === "checkbox" || element.type === "radio") element.checked = values.includes(element.value);
      else if (element.multiple) for (const option of element.options) option.selected = values.includes(option.value);
      else if (element.type !== "hidden" && values.length) element.value = values.shift();
      element.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  const drafts = (scope) => {
    for (const form of scope.querySelectorAll("form[data-draft]")) {
      const key = "draft:" + form.dataset.draft;
      const state = form.querySelector("[data-draft-state]");
      const say = (word) => { if (state) state.textContent = state.dataset[word] || ""; };
      const before = JSON.stringify(collect(form));
      const held = read(key);
      if (held && JSON.stringify(held.values) !== before) {
        fill(form, structuredClone(held.values));
        say("restored");
        const drop = form.querySelector("[data-draft-drop]");
        if (drop) {
          drop.hidden = false;
          drop.addEventListener("click", () => { localStorage.removeItem(key); fill(form, JSON.parse(before)); drop.hidden = true; say("none"); });
        }
      }
      let timer = 0;
      form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          try { localStorage.setItem(key, JSON.stringify({ values: collect(form), version: form.dataset.draftVersion || "" })); say("kept"); } catch { say("none"); }
        }, 150);
      });
      const flush = () => {
        const now = collect(form);
        if (JSON.stringify(now) !== before) try { localStorage.setItem(key, JSON.stringify({ values: now, version: form.dataset.draftVersion || "" })); } catch { /* the form itself still holds it */ }
      };
      addEventListener("pagehide", () => { if (form.isConnected && !form.dataset.sent) flush(); });
      form.addEventListener("submit", () => { flush(); form.dataset.sent = "1"; sessionStorage.setItem("sent", key); });
    }
  };
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

  // Who signs out leaves no copy of a page behind.
  for (const form of document.querySelectorAll("form[action='/logout']"))
    form.addEventListener("submit", () => { if ("caches" in window) caches.delete("field"); });
  for (const form of document.querySelectorAll("form[data-ask]"))
    form.addEventListener("submit", (event) => { if (!confirm(form.dataset.ask)) event.preventDefault(); });
  for (const select of document.querySelectorAll("[data-submits]"))
    select.addEventListener("change", () => select.form.requestSubmit());

  window.zhunsheng = { drafts, csrf: document.body.dataset.csrf };
})();
