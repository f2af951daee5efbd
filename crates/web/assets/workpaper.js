// The workpaper with the keyboard: the list stays, the item changes. Without this script every link and form still works.
"use strict";
(() => {
  const paper = document.querySelector(".paper");
  if (!paper) return;
  const pane = document.getElementById("item");
  const rows = () => [...document.querySelectorAll(".row")];
  const current = () => document.querySelector(".row[aria-current=true]");
  let asked = 0;

  const shown = () => pane.querySelector(".item");
  const mark = (row) => {
    current()?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
    row?.scrollIntoView({ block: "nearest" });
  };
  // Puts an item into the pane and brings the row of the list up to date with it.
  const put = (html) => {
    pane.innerHTML = html;
    const item = shown();
    if (!item) return;
    window.zhunsheng.drafts(pane);
    const row = document.querySelector(`.row[data-at="${CSS.escape(item.dataset.at)}"]`);
    if (row) {
      row.className = "row " + item.dataset.verdict;
      row.querySelector(".sign").textContent = item.dataset.sign;
      row.querySelector(".what .visually-hidden").textContent = item.dataset.label + ": ";
      row.querySelector(".owner").textContent = item.dataset.owner;
    }
    paper.classList.add("open");
    beat();
  };
  // What was saved changes counts and marks beside the item: they are taken from the page as the server writes it.
  const load = async (href) => {
    try {
      const answer = await fetch(href, { redirect: "manual" });
      return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      // No connection, or the page is left meanwhile.
      return null;
    }
  };
  const renew = (row, page) => {
    const now = page?.querySelector(`.row[data-at="${CSS.escape(row.dataset.at)}"]`);
    if (!now) return false;
    const who = row.querySelector(".who").textContent;
    row.className = now.className;
    row.replaceChildren(...now.childNodes);
    row.querySelector(".who").textContent = who;
    return true;
  };
  const follow = async () => {
    const page = await load(location.href);
    const tree = page?.querySelector(".tree");
    if (!tree) return;
    document.querySelector(".tree").replaceChildren(...tree.childNodes);
    const gone = rows().filter((row) => !renew(row, page));
    // A row that no longer fits what is filtered stays until the list is asked for anew, and says what it is now.
    const row = current();
    if (row && gone.includes(row))
      renew(row, await load(`${location.pathname}?q=${encodeURIComponent(row.dataset.at.split("@")[0])}`));
  };
  const open = async (row, focus) => {
    if (!row) return;
    mark(row);
    const mine = ++asked;
    history.replaceState(null, "", row.href);
    const answer = await fetch(row.href, { headers: { "X-Part": "1" }, redirect: "manual" });
    if (mine !== asked) return;
    if (!answer.ok) { location.href = row.href; return; }
    put(await answer.text());
    pane.scrollTop = 0;
    if (focus) pane.focus();
  };
  document.getElementById("rows").addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (!row || event.metaKey || event.ctrlKey || event.shiftKey || matchMedia("(max-width:820px)").matches) return;
    event.preventDefault();
    open(row, false);
  });
  // Forms of the item: sent in the background, the item comes back; what could not be saved is still in it.
  pane.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-part]");
    if (!form) return;
    event.preventDefault();
    const button = event.submitter;
    if (button) button.disabled = true;
    const body = new URLSearchParams(new FormData(form));
    const back = form.querySelector("[name=back]");
    if (back) body.set("back", location.pathname + location.search);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" }, redirect: "manual" });
      // The session is over: the draft stays, and the page asks to sign in and comes back with it.
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      if (answer.ok && form.dataset.draft) window.zhunsheng.forget(form);
      if (answer.ok || answer.status === 409 || answer.status === 422) {
        form.dataset.sent = "1";
        const before = pane.scrollTop;
        put(await answer.text());
        pane.scrollTop = answer.ok ? before : 0;
        if (answer.ok) follow();
      } else {
        form.submit();
      }
    } catch {
      // No connection: the draft is kept; the button works again.
      const state = form.querySelector("[data-draft-state]");
      if (state) state.textContent = state.dataset.kept;
    } finally {
      if (button) button.disabled = false;
    }
  });

  const help = document.getElementById("help");
  document.querySelector("[data-help]")?.addEventListener("click", () => help.showModal());
  const typing = (element) => element && (element.matches("input:not([type=radio]):not([type=checkbox]),textarea,select") || element.isContentEditable);
  const step = (by) => {
    const list = rows();
    const at = list.indexOf(current());
    open(list[Math.min(Math.max(at + by, 0), list.length - 1)], false);
  };
  const into = (selector) => {
    const target = pane.querySelector(selector);
    if (target) { target.scrollIntoView({ block: "center" }); target.focus(); }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (typing(document.activeElement)) {
      if (event.key === "Escape") { document.activeElement.blur(); document.getElementById("rows").focus(); }
      return;
    }
    const keys = {
      j: () => step(1),
      k: () => step(-1),
      Enter: () => document.activeElement.closest("a,button,summary,input") ? null : open(current() || rows()[0], true),
      d: () => into("#reason"),
      a: () => into(".step input"),
      n: () => into("#note"),
      o: () => { const form = pane.querySelector("#assign"); if (form) { const mine = document.createElement("input"); mine.type = "hidden"; mine.name = "user"; mine.value = "me"; form.querySelector("select").disabled = true; form.append(mine); form.requestSubmit(); } },
      "/": () => document.getElementById("q").focus(),
      Escape: () => { document.getElementById("rows").focus(); paper.classList.remove("open"); },
      "?": () => help.showModal(),
    };
    const act = keys[event.key];
    if (!act) return;
    if (event.key === "Enter" && document.activeElement.closest("a,button,summary,input")) return;
    event.preventDefault();
    act();
  });

  // Who is on what: say where one is, hear where the others are.
  const beat = async () => {
    const place = shown()?.dataset.at || "list";
    try {
      const body = new URLSearchParams({ place, csrf: window.zhunsheng.csrf });
      const answer = await fetch(paper.dataset.presence, { method: "POST", body });
      if (!answer.ok) return;
      const others = await answer.json();
      for (const who of document.querySelectorAll(".row .who")) if (who.textContent) who.textContent = "";
      const here = [];
      for (const one of others) {
        const row = document.querySelector(`.row[data-at="${CSS.escape(one.place)}"] .who`);
        if (row) row.textContent = (row.textContent ? row.textContent + ", " : "") + one.name;
        if (one.place === place) here.push(one.name);
      }
      const label = shown()?.querySelector("[data-here]");
      if (label) label.textContent = here.length ? paper.dataset.here + here.join(", ") : "";
    } catch { /* offline: nothing to say */ }
  };
  setInterval(() => { if (document.visibilityState === "visible") beat(); }, 12000);
  current()?.scrollIntoView({ block: "nearest" });
  beat();
})();
