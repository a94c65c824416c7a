/* Foureyes: the stages of a route are added, removed and moved, and who could approve is shown while they are.
   Convenience only: without it there are spare empty rows, places to number, and a page that says who could. */
(function () {
  "use strict";

  const WAIT = 400; // milliseconds after the last change before the portal is asked

  // -- The builder --------------------------------------------------------------------------------------------

  function build(builder) {
    const list = builder.querySelector(".stage-list");
    const blank = builder.querySelector("template").content.firstElementChild;
    const said = builder.querySelector(".stage-said");
    const name = builder.dataset.stages;
    let next = 100; // numbers of new fields, beyond those the portal gave; it takes up to three digits

    const stages = () => [...list.querySelectorAll(":scope > .stage")];
    const rows = (stage) => [...stage.querySelectorAll(":scope > .wanted")];

    // What is said to people stands in the page, in their language.
    function tell(words) {
      said.textContent = words;
      builder.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function renumber() {
      const all = stages();
      all.forEach(function (stage, index) {
        stage.querySelector(".stage-number").textContent = index + 1;
        stage.querySelector(".stage-place input").value = index + 1;
        stage.querySelector("[data-do=up]").disabled = index === 0;
        stage.querySelector("[data-do=down]").disabled = index === all.length - 1;
      });
    }

    function named(part, from, to) {
      part.querySelectorAll(`[name^="${from}"]`).forEach(function (field) {
        field.name = to + field.name.slice(from.length);
      });
    }

    function ready(part) {
      part.querySelectorAll(".stage-tools").forEach((tools) => { tools.hidden = false; });
      part.querySelectorAll(".stage-place").forEach((place) => { place.hidden = true; });
      return part;
    }

    function newStage() {
      const stage = ready(blank.cloneNode(true));
      named(stage, `${name}-999-`, `${name}-${next++}-`);
      list.append(stage);
      renumber();
      return stage;
    }

    function newRow(stage) {
      const prefix = stage.querySelector("input").name.replace(/label$/, "");
      const row = ready(blank.querySelector(".wanted").cloneNode(true));
      named(row, `${name}-999-0-`, `${prefix}${next++}-`);
      const last = rows(stage).pop();
      last.after(row);
      return row;
    }

    const first = (part) => part.querySelector("input[name$=needed]");

    builder.addEventListener("click", function (event) {
      const button = event.target.closest("button[data-do]");
      if (!button) return;
      const stage = button.closest(".stage");
      const what = button.dataset.do;
      if (what === "add-stage") {
        first(newStage()).focus();
        tell(said.dataset.stageAdded.replace("{number}", stages().length));
      } else if (what === "add-row") {
        first(newRow(stage)).focus();
        tell(said.dataset.rowAdded);
      } else if (what === "remove-row") {
        if (rows(stage).length === 1) return tell(said.dataset.last);
        button.closest(".wanted").remove();
        first(stage).focus();
        tell(said.dataset.rowRemoved);
      } else if (what === "remove-stage") {
        if (stages().length === 1) return tell(said.dataset.last);
        stage.remove();
        renumber();
        first(list).focus();
        tell(said.dataset.stageRemoved);
      } else {
        const other = what === "up" ? stage.previousElementSibling : stage.nextElementSibling;
        if (!other) return;
        if (what === "up") other.before(stage); else other.after(stage);
        renumber();
        if (button.disabled) stage.querySelector(`[data-do=${what === "up" ? "down" : "up"}]`).focus();
        else button.focus();
        tell(said.dataset.moved.replace("{number}", stages().indexOf(stage) + 1));
      }
    });

    // The spare rows are for pages without a script.
    for (const stage of stages()) {
      if (stage.classList.contains("spare")) stage.remove();
      else rows(stage).forEach(function (row) { if (row.classList.contains("spare") && rows(stage).length > 1) row.remove(); });
    }
    ready(builder);
    if (!stages().length) newStage();
    renumber();
  }

  document.querySelectorAll("[data-stages]").forEach(build);

  // -- Who could approve --------------------------------------------------------------------------------------

  function preview(place) {
    const form = place.closest("form");
    const said = place.querySelector(".said");
    const watched = /^(stages-|preview_|score_|team$|escalate_|same_person_again$)/;
    let timer;
    let asking;

    async function ask() {
      if (asking) asking.abort(); // the latest question wins
      asking = new AbortController();
      const { signal } = asking;
      try {
        const body = new FormData(form);
        const answer = await fetch(place.dataset.who, { method: "POST", body, headers: { "X-Fragment": "1" }, signal });
        if (answer.redirected || !answer.ok) throw new Error(place.dataset.failed);
        const html = await answer.text();
        if (!signal.aborted) said.innerHTML = html; // our own template, escaped there
      } catch (error) {
        if (!signal.aborted) said.textContent = place.dataset.failed;
      }
    }

    function soon(event) {
      if (event.target.name !== undefined && !watched.test(event.target.name)) return;
      if (event.target.name === "preview_recent") form.elements.preview_number.value = "";
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    }

    form.addEventListener("input", soon);
    place.querySelector("button[formaction]").addEventListener("click", function (event) {
      event.preventDefault();
      clearTimeout(timer);
      ask();
    });
    if ([...form.elements].some((field) => /^stages-.*-needed$/.test(field.name) && field.value)) ask();
  }

  document.querySelectorAll("[data-who]").forEach(preview);
})();
