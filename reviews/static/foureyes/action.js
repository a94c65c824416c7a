/* Foureyes: the page of one action. What was in view is counted, approving high and critical waits for it, and the
   next one is a key away. All of it is convenience; without it the page works, and the server keeps its own guards. */
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

  function isRead(entry) {
    const { top, height } = entry.boundingClientRect;
    const part = entry.intersectionRect;
    const before = readTo.get(entry.target) || 0;
    if (entry.isIntersecting && part.top - top <= before + SLACK) {
      readTo.set(entry.target, Math.max(before, part.bottom - top));
    }
    return entry.isIntersecting && (readTo.get(entry.target) || 0) >= height - SLACK;
  }

  function isWaiting() {
    return mustBeSeen && unseen.size > 0;
  }

  function say() {
    const facts = { seen: leaves.length - unseen.size, fields: leaves.length };
    count.textContent = fill(unseen.size ? count.dataset.says : count.dataset.all, facts);
    if (!mustBeSeen) return;
    const box = byId("unseen");
    const done = !isWaiting();
    const says = byId("unseen-says");
    says.textContent = done ? "" : fill(says.dataset.says, facts);
    if (done && approve.getAttribute("aria-disabled")) {
      // Who stands on the button that goes away is handed on to the one that came free.
      const stood = box.contains(document.activeElement);
      approve.removeAttribute("aria-disabled");
      approve.removeAttribute("aria-describedby");
      byId("seen-news").textContent = byId("seen-news").dataset.says;
      if (stood) approve.focus({ preventScroll: true });
    } else if (!done) {
      approve.setAttribute("aria-disabled", "true");
      approve.setAttribute("aria-describedby", "unseen-says");
    }
    box.hidden = done;
  }

  if (leaves.length && "IntersectionObserver" in window) {
    const steps = [...Array(101).keys()].map((step) => step / 100);
    // On a narrow screen a bar lies over the top and a button over the bottom.
    const isNarrow = window.matchMedia("(max-width: 64rem)").matches;
    const observer = new IntersectionObserver(
      function (entries) {
        const before = unseen.size;
        for (const entry of entries) {
          if (isRead(entry) && unseen.delete(entry.target)) observer.unobserve(entry.target);
        }
        if (unseen.size !== before) say();
      },
      { threshold: steps, rootMargin: isNarrow ? "-48px 0px -56px 0px" : "0px" },
    );
    for (const leaf of leaves) observer.observe(leaf);
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

  // -- Reasons often given, as buttons below the text ----------------------------------------------------------------

  const often = document.querySelector("#verdict .often");
  if (often) {
    const select = often.querySelector("select");
    const text = byId("reason");
    const bar = document.createElement("div");
    bar.className = "chips";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", often.dataset.often);
    for (const option of select.options) {
      if (!option.dataset.text) continue;
      const chip = document.createElement("button");
      chip.type = "button";
      chip.className = "chip";
      chip.textContent = option.textContent;
      chip.title = option.dataset.text;
      chip.tabIndex = bar.childElementCount ? -1 : 0;
      chip.addEventListener("click", function () {
        const said = option.dataset.text;
        if (!text.value.includes(said)) text.value = text.value.trim() ? said + "\n" + text.value : said;
        text.focus();
      });
      bar.append(chip);
    }
    // One stop of the Tab key, arrows within.
    bar.addEventListener("keydown", function (event) {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const chips = [...bar.children];
      const to = chips[(chips.indexOf(document.activeElement) + step + chips.length) % chips.length];
      for (const chip of chips) chip.tabIndex = chip === to ? 0 : -1;
      to.focus();
    });
    select.value = "";
    often.replaceChildren(bar);
  }

  // -- After a decision -----------------------------------------------------------------------------------------------

  const next = byId("next");
  if (next && "goesOn" in next.dataset && !byId("alert")) next.focus();

  const copy = byId("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async function () {
      await navigator.clipboard.writeText(byId("receipt").textContent);
      copy.textContent = copy.dataset.done;
    });
  }

  // -- Keys -------------------------------------------------------------------------------------------------------------

  const keys = {
    u: () => showNextUnseen(),
    n: () => {
      if (next) location.assign(next.href);
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
