/* Foureyes: a condition is checked and tried while it is typed, and the reference inserts what is clicked.
   Convenience only: without it the form saves, "Try it" opens a page, and the reference can be read. */
(function () {
  "use strict";

  const WAIT = 300; // milliseconds after the last key before the portal is asked
  // What is said to people stands in the page, in their language.
  const { signedOut: SIGNED_OUT, noAnswer: NO_ANSWER } = document.querySelector("script[data-no-answer]").dataset;

  const field = document.getElementById("id_condition");
  if (!field || field.tagName !== "TEXTAREA") return;

  // -- Checking and trying ------------------------------------------------------------------------------------

  function tryWhileTyping(place) {
    const form = place.closest("form");
    const said = place.querySelector(".said");
    const watched = new Set([
      "condition", "name", "effect", "mode", "reason", "valid_from", "valid_until", "try_recent", "try_number",
    ]);
    let timer;
    let asking;

    async function ask() {
      if (asking) asking.abort(); // the latest question wins
      asking = new AbortController();
      const { signal } = asking;
      try {
        const body = new FormData(form);
        const headers = { "X-Fragment": "1" };
        const answer = await fetch(place.dataset.try, { method: "POST", body, headers, signal });
        if (answer.redirected) throw new Error(SIGNED_OUT);
        if (!answer.ok) throw new Error(NO_ANSWER);
        const html = await answer.text();
        if (!signal.aborted) said.innerHTML = html; // our own template, escaped there
      } catch (error) {
        if (!signal.aborted) said.textContent = error.message === SIGNED_OUT ? SIGNED_OUT : NO_ANSWER;
      }
    }

    form.addEventListener("input", function (event) {
      if (!watched.has(event.target.name)) return;
      // A number that is typed speaks for itself, and a choice from the list takes its place.
      if (event.target.name === "try_recent") form.elements.try_number.value = "";
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    place.querySelectorAll("button[formaction]").forEach(function (button) {
      button.addEventListener("click", function (event) {
        event.preventDefault();
        clearTimeout(timer);
        ask();
      });
    });
    if (field.value.trim() && !said.textContent.trim()) ask();
  }

  document.querySelectorAll("[data-try]").forEach(tryWhileTyping);

  // -- The reference ------------------------------------------------------------------------------------------

  function insert(text) {
    const from = field.selectionStart;
    field.setRangeText(text, from, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function toButton(code, title) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = code.className;
    button.textContent = code.textContent;
    button.title = title;
    button.addEventListener("click", () => insert(code.dataset.insert));
    code.replaceWith(button);
  }

  function find(reference, text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const section of reference.querySelectorAll("section")) {
      let some = false;
      for (const entry of section.querySelectorAll(".entry")) {
        const has = section.firstElementChild.textContent + " " + entry.textContent;
        entry.hidden = !words.every((word) => has.toLowerCase().includes(word));
        some = some || !entry.hidden;
      }
      section.hidden = !some;
      any = any || some;
    }
    reference.querySelector(".none").hidden = any;
  }

  for (const reference of document.querySelectorAll(".reference")) {
    reference.querySelectorAll("code[data-insert]").forEach(function (code) {
      // The name of a variable is a thing to insert; that of a function only together with its example.
      if (code.classList.contains("example") || /^(action|agent|risk)\./.test(code.dataset.insert)) toButton(code, reference.dataset.insertTitle);
    });
    const look = reference.querySelector(".look");
    look.hidden = false;
    look.querySelector("input").addEventListener("input", (event) => find(reference, event.target.value));
    look.querySelector("input").addEventListener("keydown", function (event) {
      if (event.key === "Enter") event.preventDefault(); // it would save the form
    });
  }
})();
