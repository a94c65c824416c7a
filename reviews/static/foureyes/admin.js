/* Foureyes admin: what a draft would do while one types, and picking rows of a catalogue. All of it is convenience;
   without it every form still saves. No evaluation of strings, no inline handlers or styles. */
(function () {
  "use strict";

  const WAIT = 250; // milliseconds after the last key before the portal is asked

  // -- Asking the portal -----------------------------------------------------------------------------------------

  // What is said to people stands in the page, in their language.
  const { signedOut: SIGNED_OUT, noAnswer: NO_ANSWER, withdrawn: WITHDRAWN } = document.currentScript.dataset;

  // A form as it stands, sent to one of the rules' own addresses. Nothing is written there.
  async function ask(url, form, more, signal) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const answer = await fetch(url, { method: "POST", body, signal, credentials: "same-origin" });
    if (answer.redirected) throw new Error(SIGNED_OUT);
    if (!answer.ok) throw new Error(NO_ANSWER);
    return answer;
  }

  function paragraph(text, className) {
    const made = document.createElement("p");
    made.className = className;
    made.textContent = text;
    return made;
  }

  // The latest question wins: an older answer is not waited for.
  function latest(run) {
    let controller;
    let timer;
    return function (wait) {
      clearTimeout(timer);
      timer = setTimeout(async function () {
        if (controller) controller.abort();
        controller = new AbortController();
        const { signal } = controller;
        try {
          await run(signal);
        } catch (error) {
          if (!signal.aborted) run.failed(error.message === SIGNED_OUT ? SIGNED_OUT : NO_ANSWER);
        }
      }, wait);
    };
  }

  // -- Previews -----------------------------------------------------------------------------------------------------

  function watch(place) {
    const form = place.closest("form");
    if (!form) return;
    const watched = new Set(place.dataset.watch.split(" "));
    const more = place.dataset.pk ? { pk: place.dataset.pk } : {};
    const run = async function (signal) {
      const answer = await ask(place.dataset.preview, form, more, signal);
      const html = await answer.text();
      if (!signal.aborted) place.innerHTML = html; // our own template, escaped there
    };
    run.failed = (sentence) => place.replaceChildren(paragraph(sentence, "wrong"));
    const look = latest(run);
    const changed = function (event) {
      if (event.target.name && watched.has(event.target.name)) look(WAIT);
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    place.hidden = false;
    if ("first" in place.dataset) look(0);
  }

  for (const place of document.querySelectorAll("[data-preview]")) watch(place);

  // On a narrow screen the filters that filter nothing are folded.
  if (window.matchMedia("(max-width: 46rem)").matches) {
    for (const filter of document.querySelectorAll("#changelist-filter details")) {
      const first = filter.querySelector("li");
      if (first && first.classList.contains("selected")) filter.open = false;
    }
  }

  // Django names a group of choices with a label that belongs to none of them.
  for (const group of document.querySelectorAll("div.radiolist")) {
    const label = group.closest(".form-row").querySelector("label");
    if (!label || group.contains(label)) continue;
    label.id = label.id || group.id + "_label";
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-labelledby", label.id);
  }

  // -- Picking ------------------------------------------------------------------------------------------------------

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function picker(root) {
    const form = root.closest("form");
    const input = root.querySelector("input[type=text]");
    const list = root.querySelector(".matches");
    const said = root.querySelector(".said");
    const picked = root.querySelector(".picked");
    const none = root.querySelector(".none");
    let found = [];
    let at = -1;

    // What is typed from here on is a search, not an id to be saved. Ids that came back with an error stay ids.
    if (!input.value) {
      input.removeAttribute("name");
      input.placeholder = input.dataset.placeholder;
    }
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    function chosen(pk) {
      return picked.querySelector('input[value="' + Number(pk) + '"]');
    }

    function add(one) {
      let box = chosen(one.pk);
      if (!box) {
        const row = element("li");
        const label = element("label");
        box = element("input");
        box.type = "checkbox";
        box.name = root.dataset.name;
        box.value = one.pk;
        label.append(box, " ", element("b", "", one.id), " ", one.name);
        if (one.more) label.append(" ", element("span", "faint", one.more));
        if (one.withdrawn) label.append(" ", element("span", "gone", WITHDRAWN));
        row.append(label);
        picked.append(row);
      }
      box.checked = true;
      none.hidden = true;
      said.textContent = said.dataset.chosen.replace("{id}", one.id);
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function close() {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      at = -1;
    }

    function show(answer) {
      found = answer.items;
      list.replaceChildren(
        ...found.map(function (one, number) {
          const row = element("li", "", "");
          row.id = list.id + "_" + number;
          row.setAttribute("role", "option");
          row.setAttribute("aria-selected", "false");
          row.append(element("b", "", one.id), " ", one.name);
          if (one.more) row.append(" ", element("span", "faint", one.more));
          if (one.withdrawn) row.append(" ", element("span", "gone", WITHDRAWN));
          const box = chosen(one.pk);
          if (box && box.checked) row.append(" ", element("span", "faint", said.dataset.already));
          row.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
          row.addEventListener("click", () => take(number));
          return row;
        }),
      );
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(Boolean(found.length)));
      at = -1;
      const words = said.dataset;
      let says = answer.total === 1 ? words.one : words.all;
      if (answer.is_empty) says = words.empty;
      else if (!answer.total) says = words.none;
      else if (answer.total > found.length) says = words.some;
      said.textContent = says.replace("{found}", found.length).replace("{total}", answer.total);
    }

    function mark(next) {
      const rows = [...list.children];
      if (!rows.length || list.hidden) return;
      at = (next + rows.length) % rows.length;
      rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
      input.setAttribute("aria-activedescendant", rows[at].id);
      rows[at].scrollIntoView({ block: "nearest" });
    }

    function take(number) {
      const one = found[number];
      input.value = "";
      close();
      add(one);
      input.focus();
    }

    const run = async function (signal) {
      const answer = await ask(root.dataset.url, form, { kind: root.dataset.picker, q: input.value.trim() }, signal);
      const read = await answer.json();
      if (!signal.aborted && document.activeElement === input) show(read);
    };
    run.failed = (sentence) => ((said.textContent = sentence), close());
    const look = latest(run);

    input.addEventListener("input", function () {
      if (input.name) return;
      if (input.value.trim()) look(WAIT);
      else close();
    });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden && !input.name) look(0);
        else mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
      } else if (event.key === "Enter") {
        event.preventDefault(); // Enter chooses; it never sends the form from here
        if (!list.hidden && found.length) take(Math.max(0, at));
      } else if (event.key === "Escape") {
        close();
      }
    });
    root.addEventListener("foureyes:add", (event) => add(event.detail));
  }

  for (const root of document.querySelectorAll("[data-picker]")) picker(root);

  document.addEventListener("click", function (event) {
    const button = event.target.closest && event.target.closest("[data-add]");
    if (!button) return;
    const { pk, id, title } = button.dataset;
    const target = document.querySelector('[data-picker="' + button.dataset.add + '"]');
    const detail = { pk: Number(pk), id, name: title, more: "", withdrawn: false };
    target.dispatchEvent(new CustomEvent("foureyes:add", { detail }));
    target.querySelector("input[type=text]").focus(); // the button goes away with the next answer
  });
})();
