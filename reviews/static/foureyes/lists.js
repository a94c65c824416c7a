/* Foureyes: the row one came from has the focus again, the selected are counted, and the decision is one tap away. */
(function () {
  "use strict";

  const results = document.getElementById("results");
  const rowsOf = () => [...results.querySelectorAll("tbody tr[id]")];

  // -- Coming back to a queue ---------------------------------------------------------------------------------------

  const place = "foureyes-row:" + location.pathname + location.search;

  function leave() {
    const row = document.activeElement && document.activeElement.closest("#results tbody tr[id]");
    if (row) sessionStorage.setItem(place, JSON.stringify([row.id, ...rowsOf().map((one) => one.id)]));
  }

  function comeBack() {
    if (document.activeElement && document.activeElement !== document.body) return;
    const [id, ...ids] = JSON.parse(sessionStorage.getItem(place) || "[]");
    if (!id) return;
    // It, or of those that stood after it the first that is still there.
    const there = new Set(rowsOf().map((one) => one.id));
    const found = ids.slice(ids.indexOf(id)).find((one) => there.has(one));
    const link = found && document.querySelector("#" + CSS.escape(found) + " .what a");
    if (!link) return;
    link.focus({ preventScroll: true });
    const { top, bottom } = link.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) link.scrollIntoView({ block: "center" });
  }

  if (results && results.dataset.refresh) {
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", comeBack);
    results.addEventListener("click", (event) => event.target.closest(".what a") && event.target.closest("a").focus());
  }

  // -- How many are selected -----------------------------------------------------------------------------------------

  const count = document.getElementById("chosen-count");
  if (count && results) {
    const say = function () {
      const chosen = results.querySelectorAll("[name=chosen]:checked").length;
      const words = chosen ? (chosen === 1 ? count.dataset.one : count.dataset.many).replace("%n", chosen) : "";
      if (count.textContent !== words) count.textContent = words;
    };
    results.addEventListener("change", say);
    document.addEventListener("keyup", say);
    document.body.addEventListener("htmx:afterSettle", say);
    document.body.addEventListener("foureyes:renewed", say);
    window.addEventListener("pageshow", say);
  }

  // -- To the decision, while it is out of view ----------------------------------------------------------------------

  const reach = document.getElementById("reach");
  const decision = document.getElementById("approve") || document.getElementById("verdict");
  if (reach && decision && "IntersectionObserver" in window) {
    new IntersectionObserver(([entry]) => reach.classList.toggle("there", entry.isIntersecting)).observe(decision);
  }
})();
