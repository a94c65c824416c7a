/* Foureyes: the queue keeps itself up to date. The rule of it: nothing moves under somebody's hands.
   - A row keeps its ticks, its open details, its focus and its place on the screen.
   - While rows are ticked, or the pointer is on the row that would move, rows are renewed where they stand: what no
     longer waits says so, and what is new waits behind a button, or until the pointer leaves.
   - While text is selected in the list, nothing is fetched at all. */
(function () {
  "use strict";

  const results = document.getElementById("results");
  const fresh = document.getElementById("fresh");
  const news = document.getElementById("news");
  if (!results || !results.dataset.refresh || !window.htmx) return;

  const rowsOf = (root) => [...root.querySelectorAll("tbody tr[id]")];
  const idsOf = (root) => rowsOf(root).map((row) => row.id);
  const ticked = () => [...results.querySelectorAll("input[name=chosen]:checked")];
  let known = new Set(idsOf(results));
  let pointed = null; // the row under the pointer
  let held = false; // whether a renewed list waits to be shown
  let kept = null; // what to put back after a swap
  let toTop = false; // whether the next list is the one that was asked for by the button

  function words(element, name, count) {
    const key = (one) => (name ? name + one : one.toLowerCase());
    return element.dataset[key(count === 1 ? "One" : "Many")].replace("%n", count);
  }

  function say(sentences) {
    const said = sentences.filter(Boolean).join(". ");
    if (news && said) news.textContent = said;
  }

  // -- Asking -------------------------------------------------------------------------------------------------------

  function isSelecting() {
    const chosen = document.getSelection();
    return Boolean(chosen && !chosen.isCollapsed && results.contains(chosen.anchorNode));
  }

  function ask(force) {
    // Who wants to be notified by this browser is looking elsewhere (notify.js).
    const isWanted = document.visibilityState === "visible" || document.documentElement.dataset.notify === "on";
    if (!force && (!isWanted || isSelecting())) return;
    const asking = window.htmx.ajax("GET", location.pathname + location.search, {
      target: "#results",
      swap: "innerHTML",
      headers: { "X-Refresh": force ? "show" : "yes" },
    });
    asking.catch(() => {}); // meanwhile.js says so
  }

  // -- Deciding what may move ---------------------------------------------------------------------------------------

  // Whether the list would move under the pointer: a row comes or goes above the one it is on, or that one goes.
  function movesUnderPointer(before, after) {
    if (!pointed || !pointed.isConnected) return false;
    const at = before.indexOf(pointed.id);
    const there = after.indexOf(pointed.id);
    return there < 0 || before.slice(0, at).join() !== after.slice(0, there).join();
  }

  document.body.addEventListener("htmx:beforeSwap", function (event) {
    const detail = event.detail;
    if (detail.target !== results || !detail.shouldSwap) return;
    const asked = detail.requestConfig.headers["X-Refresh"];
    // The answer to a question that is no longer asked: somebody filtered meanwhile.
    if (asked && new URL(detail.xhr.responseURL, location.href).search !== location.search) {
      detail.shouldSwap = false;
      return;
    }
    const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    const before = idsOf(results);
    const after = idsOf(page.body);
    const differs = before.join() !== after.join();
    if (asked === "yes" && differs && (ticked().length || movesUnderPointer(before, after))) {
      detail.shouldSwap = false;
      hold(page, after);
      return;
    }
    keep(before, after, Boolean(asked));
  });

  // -- Renewing rows where they stand -------------------------------------------------------------------------------

  function hold(page, after) {
    let lost = 0;
    for (const row of rowsOf(results)) {
      const renewed = page.getElementById(row.id);
      if (!renewed) lost += leave(row);
      else if (renewed.cells.length === row.cells.length) renew(row, renewed);
    }
    const coming = after.filter((id) => !known.has(id)).length;
    after.forEach((id) => known.add(id));
    const shown = new Set(idsOf(results));
    const waiting = after.filter((id) => !shown.has(id)).length;
    held = true;
    fresh.hidden = false;
    fresh.textContent = waiting ? words(fresh, "", waiting) : fresh.dataset.words;
    say([coming ? words(news, "", coming) : "", lost ? words(news, "lost", lost) : ""]);
    for (const id of ["rail-count", "queue-summary"]) {
      const now = page.getElementById(id);
      const then = document.getElementById(id);
      if (now && then) then.replaceWith(now);
    }
    if (page.title) document.title = page.title;
    document.body.dispatchEvent(new Event("foureyes:renewed"));
  }

  function renew(row, renewed) {
    const state = stateOf(row);
    const focused = row.contains(document.activeElement) ? document.activeElement.id : "";
    [...renewed.cells].forEach((cell, at) => {
      if (cell.innerHTML !== row.cells[at].innerHTML) row.cells[at].innerHTML = cell.innerHTML;
    });
    restore(state);
    const again = focused && document.getElementById(focused);
    if (again && again !== document.activeElement) again.focus({ preventScroll: true });
    row.classList.remove("gone");
  }

  // A row that no longer waits stays where it is until the list is shown anew. Returns how many ticks it had.
  function leave(row) {
    if (row.classList.contains("gone")) return 0;
    const boxes = [...row.querySelectorAll("input[name=chosen]")];
    const lost = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => {
      box.checked = false;
      box.disabled = true;
    });
    row.classList.add("gone");
    const when = row.querySelector(".when") || row.lastElementChild;
    when.textContent = results.dataset.gone;
    return lost;
  }

  function show() {
    held = false;
    fresh.hidden = true;
    ask(true);
  }

  // The button goes when it is pressed, so the focus goes to what it brought.
  fresh.addEventListener("click", function () {
    toTop = true;
    show();
  });
  const isOn = (place, target) => Boolean(target && place.contains(target));
  fresh.addEventListener("pointerleave", function (event) {
    if (held && !ticked().length && !isOn(results, event.relatedTarget)) show();
  });
  results.addEventListener("pointerover", function (event) {
    if (event.pointerType === "mouse") pointed = event.target.closest("tbody tr[id]");
  });
  results.addEventListener("pointerleave", function (event) {
    pointed = null;
    if (held && !ticked().length && !isOn(fresh, event.relatedTarget)) show();
  });

  // -- Swapping the whole list --------------------------------------------------------------------------------------

  function stateOf(root) {
    return {
      ticks: [...root.querySelectorAll("input[name=chosen]:checked")].map((box) => box.value),
      open: [...root.querySelectorAll("details[open][id]")].map((one) => one.id),
    };
  }

  // The value holds the digest: a tick is put back on exactly the content it was set on. Returns how many are lost.
  function restore(state) {
    const boxes = new Map([...results.querySelectorAll("input[name=chosen]")].map((box) => [box.value, box]));
    const found = state.ticks.filter((value) => boxes.has(value));
    found.forEach((value) => (boxes.get(value).checked = true));
    for (const id of state.open) {
      const one = document.getElementById(id);
      if (one) one.open = true;
    }
    return state.ticks.length - found.length;
  }

  function keep(before, after, isRefresh) {
    const focused = results.contains(document.activeElement) ? document.activeElement : null;
    const row = focused && focused.closest("tbody tr[id]");
    const visible = rowsOf(results).find((one) => one.getBoundingClientRect().bottom > 0);
    const anchor = (row && after.includes(row.id) && row) || (visible && after.includes(visible.id) && visible);
    kept = {
      isRefresh,
      state: stateOf(results),
      neighbour: row && !after.includes(row.id) ? neighbour(before, after, row.id) : "",
      anchor: isRefresh && window.scrollY > 0 && anchor ? { id: anchor.id, top: anchor.getBoundingClientRect().top } : null,
    };
  }

  // Of the rows that stay, the one after it, or else the one before it.
  function neighbour(before, after, id) {
    const at = before.indexOf(id);
    const stays = (one) => after.includes(one);
    return before.slice(at + 1).find(stays) || before.slice(0, at).reverse().find(stays) || "none";
  }

  document.body.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target !== results || !kept) return;
    const { isRefresh, state, neighbour: next, anchor } = kept;
    kept = null;
    held = false;
    fresh.hidden = true;
    pointed = null;
    const lost = restore(state);
    if (anchor) {
      const row = document.getElementById(anchor.id);
      if (row) window.scrollBy(0, row.getBoundingClientRect().top - anchor.top);
    }
    if (next) {
      const link = document.querySelector("#" + next + " .what a");
      // Where no row is left, the page itself takes the focus, and the next key goes on from there.
      (link || document.getElementById("main")).focus({ preventScroll: Boolean(link) });
    }
    if (toTop) {
      const link = results.querySelector(".what a");
      if (link) link.focus();
    }
    toTop = false;
    const now = idsOf(results);
    const coming = isRefresh ? now.filter((id) => !known.has(id)).length : 0;
    known = new Set(now);
    say([coming ? words(news, "", coming) : "", lost ? words(news, "lost", lost) : ""]);
  });

  setInterval(() => ask(false), Number(results.dataset.refresh) * 1000);
  document.addEventListener("visibilitychange", () => ask(false));
})();
