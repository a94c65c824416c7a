/* Foureyes: everything the pages do beyond links and forms. All of it is convenience; without it the pages work.
   No evaluation of strings, no inline handlers: the Content-Security-Policy allows neither. */
(function () {
  "use strict";

  const results = document.getElementById("results");
  const filters = document.getElementById("filters");

  // -- Filters act at once --------------------------------------------------------------------------------------

  if (filters && results && window.htmx) {
    let timer;
    const apply = function () {
      const given = [...new FormData(filters)].filter(([, value]) => value !== "");
      const query = new URLSearchParams(given).toString();
      const url = location.pathname + (query ? "?" + query : "");
      history.replaceState(null, "", url);
      const fold = filters.querySelector(".fold");
      const used = document.getElementById("filters-used");
      if (fold && used) {
        const count = given.filter(([name]) => fold.contains(filters.elements[name])).length;
        used.hidden = !count;
        used.querySelector("b").textContent = count;
      }
      const link = document.getElementById("export");
      if (link) link.search = query;
      const kept = document.querySelector("#views-more input[name=query]");
      if (kept) kept.value = query;
      for (const back of document.querySelectorAll(".views input[name=back]")) back.value = url;
      // Where that fails, meanwhile.js says so.
      return window.htmx.ajax("GET", url, { target: "#results", swap: "innerHTML" }).catch(() => {});
    };
    // What was found takes the focus: the first row, or the sentence that says there is none.
    const toResults = function () {
      const nothing = results.querySelector(".empty");
      if (nothing) nothing.tabIndex = -1;
      const found = results.querySelector(".what a") || nothing;
      if (found) found.focus();
    };
    filters.classList.add("at-once");
    filters.addEventListener("submit", function (event) {
      event.preventDefault();
      clearTimeout(timer);
      if (document.activeElement) document.activeElement.blur();
      apply().then(toResults);
    });
    // A search box would empty itself on Escape, whose filter stays; Escape only leaves it.
    filters.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && event.target.type === "search") {
        event.preventDefault();
        event.target.blur();
      }
    });
    filters.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 300);
    });
  }

  // -- Keys -------------------------------------------------------------------------------------------------------

  const switches = document.querySelectorAll("[data-keys-switch]");
  const sheet = document.getElementById("keys-sheet");
  const opener = document.getElementById("keys-open");

  function keysAreOn() {
    return localStorage.getItem("foureyes-keys") !== "off";
  }

  function showKeys() {
    document.documentElement.classList.toggle("no-keys", !keysAreOn());
    for (const one of switches) {
      one.hidden = false;
      one.textContent = keysAreOn() ? one.dataset.off : one.dataset.on;
    }
    const off = sheet && sheet.querySelector("[data-keys-off]");
    if (off) off.hidden = keysAreOn();
  }

  // The keys that do something on this page.
  function openSheet() {
    if (!sheet || sheet.open) return Boolean(sheet);
    for (const line of sheet.querySelectorAll("[data-where]")) line.hidden = !document.querySelector(line.dataset.where);
    const before = document.activeElement;
    sheet.showModal();
    sheet.addEventListener(
      "close",
      // Where nothing had the focus, the next Tab goes on from the content and not from the top.
      () => (before === document.body ? document.getElementById("main") : before).focus({ preventScroll: true }),
      { once: true },
    );
    return true;
  }

  // While it is open, Tab goes round in it.
  if (sheet) {
    sheet.addEventListener("keydown", function (event) {
      if (event.key !== "Tab") return;
      const stops = [...sheet.querySelectorAll("a, button")].filter((one) => one.checkVisibility());
      const at = stops.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
      event.preventDefault();
      stops[(at + stops.length) % stops.length].focus();
    });
  }

  function move(step) {
    const links = [...document.querySelectorAll("#results .what a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[to].focus();
  }

  // A and R only move the focus: one slip of a finger decides nothing.
  function focusOn(selector) {
    const found = document.querySelector(selector);
    if (found) found.focus();
    return Boolean(found);
  }

  const boxesOf = () => [...document.querySelectorAll("#results input[name=chosen]:enabled")];
  let from = null; // where a selection began

  function pick(isRange) {
    const row = document.activeElement && document.activeElement.closest("#results tr, #results .twins li");
    const box = row && row.querySelector("input[type=checkbox]:enabled");
    if (!box) return false;
    const boxes = boxesOf();
    const start = boxes.findIndex((one) => one.id === from);
    if (isRange && start >= 0) {
      const ends = [start, boxes.indexOf(box)].sort((a, b) => a - b);
      for (const one of boxes.slice(ends[0], ends[1] + 1)) one.checked = boxes[start].checked;
    } else {
      box.checked = !box.checked;
      from = box.id;
    }
    return true;
  }

  // G, and within two seconds the letter of a place: the sheet has its link.
  function go(key) {
    const link = sheet && sheet.querySelector("[data-go='" + key + "']");
    if (link) link.click();
    return Boolean(link);
  }

  let leaving = 0;

  // Whoever goes on typing beside a field gives no command: of letters in a burst, those that lead away or act do nothing.
  const BURST = 150;
  let typedAt = -Infinity;

  function isInField(event) {
    return Boolean(event.target.closest && event.target.closest("input, textarea, select, [contenteditable]"));
  }

  function isBurst(event) {
    const quick = event.timeStamp - typedAt < BURST;
    typedAt = event.timeStamp;
    return quick && !event.repeat && Date.now() - leaving >= 2000 && /^[narc]$/i.test(event.key);
  }

  document.addEventListener(
    "keydown",
    function (event) {
      // What was typed into a field, and a key that ends something, ends a burst, too.
      if (isInField(event) || /^(Enter|Escape|Tab)$/.test(event.key)) typedAt = -Infinity;
      else if (event.key.length === 1 && !(event.ctrlKey || event.metaKey || event.altKey) && isBurst(event)) {
        event.preventDefault();
      }
    },
    true,
  );

  const keys = {
    j: () => (move(1), Boolean(results)),
    k: () => (move(-1), Boolean(results)),
    "/": () => focusOn("#filters input[type=search]"),
    x: (event) => pick(event.shiftKey),
    a: () => focusOn("#approve"),
    r: () => {
      const reason = document.getElementById("reason");
      return focusOn(reason && reason.value.trim() ? "#reject" : "#reason");
    },
    c: () => focusOn(".conversation textarea"),
    g: () => ((leaving = Date.now()), true),
    "?": openSheet,
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !keysAreOn()) return;
    if (event.key === "Escape" && event.target.closest && event.target.closest("#filters, .decide form, .conversation form")) {
      event.target.blur();
      return;
    }
    if (sheet && sheet.open) return;
    if (isInField(event)) return;
    const key = event.key.toLowerCase();
    const leaves = Date.now() - leaving < 2000 && /^[qah]$/.test(key);
    leaving = 0;
    if (leaves ? go(key) : keys[key] && keys[key](event)) event.preventDefault();
  });

  for (const one of switches) {
    one.addEventListener("click", function () {
      localStorage.setItem("foureyes-keys", keysAreOn() ? "off" : "on");
      showKeys();
    });
  }
  if (opener && sheet) {
    opener.addEventListener("click", openSheet);
  }
  showKeys();

  // -- Forms that must be sent once -------------------------------------------------------------------------------

  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", function () {
    for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
  });

  // A preset reason is copied into the text, to be changed there.
  for (const select of document.querySelectorAll("select[data-fills]")) {
    const text = select.form.querySelector("textarea[name$='" + select.dataset.fills + "']");
    select.addEventListener("change", function () {
      const chosen = select.selectedOptions[0].dataset.text;
      if (!chosen || !text) return;
      text.value = text.value.trim() ? text.value.trimEnd() + "\n" + chosen : chosen;
      select.value = "";
      text.focus();
    });
  }

  // A refusal is the first thing to read after a failed decision.
  const alert = document.getElementById("alert");
  if (alert) alert.focus();
})();
