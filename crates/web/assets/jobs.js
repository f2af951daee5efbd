// A job that runs: what is said of it is brought up to date without loading the page; when it has ended the page is loaded.
"use strict";
(() => {
  const follow = async () => {
    const part = document.querySelector("[data-follow]");
    if (!part) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-follow]");
        if (!fresh) { location.reload(); return; }
        // A button that is being used is not taken away from under the finger.
        if (!part.contains(document.activeElement)) part.replaceWith(document.adoptNode(fresh));
      }
    } catch { /* the server may be starting again: ask once more */ }
    setTimeout(follow, Number(part.dataset.follow));
  };
  const part = document.querySelector("[data-follow]");
  if (part) setTimeout(follow, Number(part.dataset.follow));
})();
