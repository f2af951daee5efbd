// A worksheet's conclusion while it is filled in. Without this script it is shown after saving.
"use strict";
(() => {
  const form = document.querySelector("form[data-try]");
  const shown = document.getElementById("concluded");
  if (!form || !shown) return;
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.dataset.try, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (mine === asked && answer?.ok) { shown.innerHTML = await answer.text(); shown.dataset.live = ""; }
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 250); });
})();
