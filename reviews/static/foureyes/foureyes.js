/* Foureyes: everything the pages do beyond links and forms. All of it is convenience; without it the pages work.
   No evaluation of strings, no inline handlers: the Content-Security-Policy allows neither. */
(function () {
  "use strict";

  const results = document.getElementById("results");
  const filters = document.getElementById("filters");

  // -- The listing refreshes itself ---------------------------------------------------------------------------

  function fetchResults(url) {
    return window.htmx.ajax("GET", url, { target: "#results", swap: "innerHTML" });
  }

  // Nobody's text selection, ticks or half-written reason are swept away under their hands.
  function isReading() {
    if (results.querySelector("input:checked, .twins[open]")) return true;
    const chosen = document.getSelection();
    return Boolean(chosen && !chosen.isCollapsed && results.contains(chosen.anchorNode));
  }

  function refresh() {
    // Who wants to be notified by this browser is looking elsewhere (notify.js).
    const isWanted = document.visibilityState === "visible" || document.documentElement.dataset.notify === "on";
    if (isWanted && !isReading()) {
      fetchResults(location.pathname + location.search);
    }
  }

  // Says aloud only what is new, not every refresh.
  function announce(before) {
    const news = document.getElementById("news");
    const now = ids();
    const fresh = [...now].filter((id) => !before.has(id)).length;
    if (news && fresh) news.textContent = fresh === 1 ? "1 new action" : fresh + " new actions";
  }

  function ids() {
    return new Set([...results.querySelectorAll("a[id^='action-']")].map((link) => link.id));
  }

  if (results && results.dataset.refresh && window.htmx) {
    let known = ids();
    setInterval(refresh, Number(results.dataset.refresh) * 1000);
    document.addEventListener("visibilitychange", refresh);
    document.body.addEventListener("htmx:afterSwap", function () {
      announce(known);
      known = ids();
    });
  }

  // -- Filters act at once --------------------------------------------------------------------------------------

  if (filters && results && window.htmx) {
    let timer;
    const apply = function () {
      const given = [...new FormData(filters)].filter(([, value]) => value !== "");
      const query = new URLSearchParams(given).toString();
      const url = location.pathname + (query ? "?" + query : "");
      history.replaceState(null, "", url);
      const link = document.getElementById("export");
      if (link) link.search = query;
      fetchResults(url);
    };
    filters.classList.add("at-once");
    filters.addEventListener("submit", function (event) {
      event.preventDefault();
      clearTimeout(timer);
      apply();
    });
    filters.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(apply, 300);
    });
  }

  // -- Who is at an action: an open page in view renews its own claim, and shows those of others --------------------

  function renew() {
    const panel = document.getElementById("at-it");
    if (!panel || !panel.dataset.renew || document.visibilityState !== "visible") return;
    // Not under somebody's hands: an open form in it, or the focus, stays where it is.
    if (panel.contains(document.activeElement) || panel.querySelector("details[open]")) return;
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    window.htmx.ajax("POST", panel.dataset.renewAt, {
      target: "#at-it",
      swap: "outerHTML",
      values: { csrfmiddlewaretoken: token ? token.value : "" },
    });
  }

  const atIt = document.getElementById("at-it");
  if (atIt && atIt.dataset.renew && window.htmx) {
    setInterval(renew, Number(atIt.dataset.renew) * 1000);
  }

  // -- Keys -------------------------------------------------------------------------------------------------------

  const keysSwitch = document.getElementById("keys-switch");

  function keysAreOn() {
    return localStorage.getItem("foureyes-keys") !== "off";
  }

  function showKeys() {
    document.documentElement.classList.toggle("no-keys", !keysAreOn());
    if (keysSwitch) {
      keysSwitch.hidden = false;
      keysSwitch.textContent = keysAreOn() ? "Turn keys off" : "Turn keys on";
    }
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

  const keys = {
    j: () => (move(1), Boolean(results)),
    k: () => (move(-1), Boolean(results)),
    "/": () => focusOn("#filters input[type=search]"),
    x: () => {
      const row = document.activeElement && document.activeElement.closest("#results tr, #results .twins li");
      const box = row && row.querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
      return Boolean(box);
    },
    a: () => focusOn("#approve"),
    r: () => {
      const reason = document.getElementById("reason");
      return focusOn(reason && reason.value.trim() ? "#reject" : "#reason");
    },
    c: () => focusOn(".conversation textarea"),
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !keysAreOn()) return;
    if (event.key === "Escape" && event.target.closest && event.target.closest("#filters, .decide form, .conversation form")) {
      event.target.blur();
      return;
    }
    if (event.target.closest && event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = keys[event.key.toLowerCase()];
    if (act && act()) event.preventDefault();
  });

  if (keysSwitch) {
    keysSwitch.addEventListener("click", function () {
      localStorage.setItem("foureyes-keys", keysAreOn() ? "off" : "on");
      showKeys();
    });
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
      text.value = text.value.trim() ? chosen + "\n" + text.value : chosen;
      select.value = "";
      text.focus();
    });
  }

  // A refusal is the first thing to read after a failed decision.
  const alert = document.getElementById("alert");
  if (alert) alert.focus();

  // A move that was refused is open again; where its column scrolls by itself, that shows it.
  const column = document.querySelector(".decide");
  const refused = alert && column && column.querySelector(".move[open]");
  if (refused) column.scrollTop += refused.getBoundingClientRect().top - column.getBoundingClientRect().top;
})();
