/* Foureyes: what must be known before the first paint, so that nothing moves or flashes after it. */
(function () {
  "use strict";

  const root = document.documentElement;
  root.classList.add("js");
  try {
    // The look that was used last in this browser, for the pages before somebody signs in.
    if ("person" in root.dataset) localStorage.setItem("foureyes-theme", root.dataset.theme || "");
    else if (/^(light|dark)$/.test(localStorage.getItem("foureyes-theme") || "")) {
      root.dataset.theme = localStorage.getItem("foureyes-theme");
    }
  } catch {
    // A browser that keeps nothing shows the system's own.
  }
})();
