/* Foureyes: the page of one action. What was in view is counted, approving high and critical waits for it, and the
   next one is a key away. All of it is convenience; without it the page works, and the server keeps its own guards.
   The form itself: decide.js, which comes after this one. */
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? facts[name] : whole));

  // -- What was in view -------------------------------------------------------------------------------------------

  const payload = byId("payload");
  const count = byId("seen-count");
  const form = byId("verdict");
  const approve = byId("approve");
  const mustBeSeen = Boolean(form && approve && "mustBeSeen" in form.dataset);
  const leaves = payload ? [...payload.querySelectorAll(".tree .s, .tree .n, .tree .w")] : [];
  const unseen = new Set(leaves);
  // A value taller than the window is read from its top on: how far down it was in view without a gap.
  const readTo = new WeakMap();
  const SLACK = 2;

  // On a narrow screen a bar lies over the top and a button over the bottom.
  const isNarrow = window.matchMedia("(max-width: 64rem)").matches;

  // What of the box of a value stands between these two lines of the window is in view.
  function isRead(leaf, box, top, bottom) {
    if (!box.height || box.bottom <= top || box.top >= bottom) return false;
    const before = readTo.get(leaf) || 0;
    if (Math.max(box.top, top) - box.top <= before + SLACK) {
      readTo.set(leaf, Math.max(before, Math.min(box.bottom, bottom) - box.top));
    }
    return (readTo.get(leaf) || 0) >= box.height - SLACK;
  }

  function isWaiting() {
    return mustBeSeen && unseen.size > 0;
  }

  function say() {
    const facts = { seen: leaves.length - unseen.size, fields: leaves.length };
    count.textContent = fill(unseen.size ? count.dataset.says : count.dataset.all, facts);
    if (!mustBeSeen) return;
    const says = byId("unseen-says");
    if (isWaiting()) {
      byId("unseen").hidden = false;
      says.textContent = fill(says.dataset.says, facts);
      approve.setAttribute("aria-disabled", "true");
      approve.setAttribute("aria-describedby", "unseen-says");
    } else if (approve.getAttribute("aria-disabled")) {
      // The box stays where it is, so that nothing moves under a hand. Whoever stands on its button is handed on.
      const button = byId("unseen-next");
      const stood = button === document.activeElement;
      approve.removeAttribute("aria-disabled");
      approve.removeAttribute("aria-describedby");
      says.textContent = byId("seen-news").textContent = says.dataset.done;
      byId("unseen").classList.add("done");
      if (stood) approve.focus({ preventScroll: true });
    }
  }

  if (count && leaves.length && "IntersectionObserver" in window) {
    const [over, under] = isNarrow ? [48, 56] : [0, 0];
    // What is in view at once is counted before anything is said about it. What is folded has a box, too, but no look.
    for (const leaf of leaves) {
      if (!leaf.checkVisibility || !leaf.checkVisibility()) continue;
      if (isRead(leaf, leaf.getBoundingClientRect(), over, window.innerHeight - under)) unseen.delete(leaf);
    }
    const steps = [...Array(101).keys()].map((step) => step / 100);
    const observer = new IntersectionObserver(
      function (entries) {
        const before = unseen.size;
        for (const { target, boundingClientRect: box, intersectionRect: part, isIntersecting } of entries) {
          const isSeen = isIntersecting && isRead(target, box, part.top, part.bottom);
          if (isSeen && unseen.delete(target)) observer.unobserve(target);
        }
        if (unseen.size !== before) say();
      },
      { threshold: steps, rootMargin: `-${over}px 0px -${under}px 0px` },
    );
    for (const leaf of unseen) observer.observe(leaf);
    say();
  }

  function openAround(element) {
    for (let at = element.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
  }

  // One key or button walks through what is left, a window at a time.
  function showNextUnseen() {
    const [next] = leaves.filter((leaf) => unseen.has(leaf));
    if (!next) return false;
    openAround(next);
    const place = next.getBoundingClientRect();
    const from = place.top + (readTo.get(next) || 0);
    window.scrollBy({ top: from - Math.min(140, window.innerHeight / 4) });
    const row = next.closest("li");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    return true;
  }

  const openAll = byId("open-all");
  if (openAll) {
    openAll.hidden = false;
    openAll.addEventListener("click", function () {
      for (const one of payload.querySelectorAll("details")) one.open = true;
    });
  }
  if (byId("unseen-next")) byId("unseen-next").addEventListener("click", showNextUnseen);

  // Whatever way an approval is sent by, it waits; a rejection never does.
  if (mustBeSeen) {
    form.addEventListener(
      "submit",
      function (event) {
        if (!isWaiting() || (event.submitter && event.submitter.value !== "approve")) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        byId("unseen-next").focus();
      },
      true,
    );
  }

  // -- Keys -------------------------------------------------------------------------------------------------------------

  const keys = {
    u: () => showNextUnseen(),
    n: () => {
      const next = byId("next");
      const reason = byId("reason");
      // Whoever has written something is only shown the way.
      if (next && reason && reason.value.trim()) next.focus();
      else if (next) next.click();
      return Boolean(next);
    },
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.documentElement.classList.contains("no-keys")) return;
    if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = keys[event.key.toLowerCase()];
    if (act && act()) event.preventDefault();
  });

  // -- On paper nothing is folded ---------------------------------------------------------------------------------------

  const shut = [];
  window.addEventListener("beforeprint", function () {
    for (const one of document.querySelectorAll(".evidence details, .background details, #decision .votes")) {
      if (one.open) continue;
      one.open = true;
      shut.push(one);
    }
  });
  window.addEventListener("afterprint", function () {
    for (const one of shut.splice(0)) one.open = false;
  });
  const print = byId("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
})();
