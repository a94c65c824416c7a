/* Foureyes: the form that decides. It refuses in place what the server would refuse, and asks once more, in place,
   before an approval that cannot be undone or that a reason speaks against. Without it the server's one step stays. */
(function () {
  "use strict";

  const byId = (id) => document.getElementById(id);
  const form = byId("verdict");

  // -- After a decision -----------------------------------------------------------------------------------------------

  const next = byId("next");
  if (next && "goesOn" in next.dataset && !byId("alert")) next.focus();

  const copy = byId("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async function () {
      // The whole number of the ledger's entry stands there for paper, and goes along.
      const whole = byId("receipt").cloneNode(true);
      for (const short of whole.querySelectorAll(".off-paper")) short.remove();
      await navigator.clipboard.writeText(whole.textContent.trim());
      copy.textContent = copy.dataset.done;
    });
  }

  const takeBack = byId("take-back");
  if (takeBack) {
    takeBack.addEventListener("click", function (event) {
      const move = document.querySelector(takeBack.hash);
      if (!move) return;
      event.preventDefault();
      move.open = true;
      move.querySelector("textarea").focus();
    });
  }

  // -- The column stands beside the evidence: whole where it fits, else with its end at the end of the window -----------

  const column = document.querySelector(".decide");
  if (column && "ResizeObserver" in window) {
    const hold = function () {
      const room = window.innerHeight - column.offsetHeight - 16;
      column.style.setProperty("--hold", Math.min(16, room) + "px");
      column.classList.add("holds");
    };
    new ResizeObserver(hold).observe(column);
    window.addEventListener("resize", hold);
    hold();
  }

  if (!form) return;
  const reason = byId("reason");
  const password = byId("password");
  const approve = byId("approve");
  const reject = byId("reject");
  const sure = byId("sure");
  const yes = byId("approve-sure");
  const hasReason = () => reason.value.trim() !== "";

  // -- A field that is wrong says so itself ---------------------------------------------------------------------------

  function refuse(field) {
    const says = byId(field.id + "-wrong");
    says.textContent = says.dataset.says;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", says.id);
    field.focus();
  }

  for (const field of [reason, password]) {
    if (!field) continue;
    field.addEventListener("input", function () {
      byId(field.id + "-wrong").textContent = "";
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    });
    if (field.getAttribute("aria-invalid")) field.focus();
  }

  function lacking(verdict) {
    if (!hasReason() && (verdict === "reject" || "always" in reason.dataset)) return reason;
    return verdict === "approve" && password && !password.value ? password : null;
  }

  // -- The second step ------------------------------------------------------------------------------------------------

  // A password is the second step already.
  const asksAgain = () => !(password && password.value) && ("twice" in approve.dataset || hasReason());

  function ask() {
    byId("sure-reason").hidden = !hasReason();
    approve.hidden = true;
    sure.hidden = false;
    yes.focus({ preventScroll: true });
    sure.scrollIntoView({ block: "nearest" });
  }

  function back() {
    sure.hidden = true;
    approve.hidden = false;
    approve.focus({ preventScroll: true });
  }

  form.addEventListener(
    "submit",
    function (event) {
      const pressed = event.submitter;
      const verdict = pressed ? pressed.value : "approve";
      const field = lacking(verdict);
      const holds = field || (verdict === "approve" && pressed !== yes && asksAgain());
      if (!holds) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (field) refuse(field);
      else ask();
    },
    true,
  );

  // Neither the second half of a double click nor a key that is held down is an answer.
  yes.addEventListener("click", function (event) {
    if (event.detail > 1) event.preventDefault();
  });
  sure.addEventListener("mousedown", function (event) {
    if (event.detail > 1) event.preventDefault();
  });
  form.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && event.repeat && event.target.matches("button")) event.preventDefault();
    if (event.key === "Enter" && event.target === password) {
      event.preventDefault();
      form.requestSubmit(approve);
    }
    if (event.key === "Escape" && !sure.hidden) {
      event.preventDefault();
      back();
    }
  });
  byId("sure-back").addEventListener("click", back);

  // -- What is written says which button is meant ---------------------------------------------------------------------

  function weigh() {
    reject.classList.toggle("meant", hasReason());
    approve.classList.toggle("go", !hasReason());
    for (const chip of form.querySelectorAll(".chip")) {
      chip.setAttribute("aria-pressed", String(reason.value.includes(chip.title)));
    }
    // What was asked about is no longer what is written.
    if (!sure.hidden && document.activeElement === reason) back();
  }

  // -- Reasons often given, as buttons below the text -----------------------------------------------------------------

  const often = form.querySelector(".often");
  const select = often.querySelector("select");
  const bar = document.createElement("div");
  bar.className = "chips";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", often.dataset.often);
  for (const option of select.options) {
    const said = option.dataset.text;
    if (!said) continue;
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.textContent = option.textContent;
    chip.title = said;
    chip.tabIndex = bar.childElementCount ? -1 : 0;
    chip.addEventListener("click", function () {
      const lines = reason.value.split("\n");
      reason.value = reason.value.includes(said)
        ? lines.map((line) => line.replace(said, "").trim()).filter((line, at) => line || !lines[at].includes(said)).join("\n")
        : [reason.value.trimEnd(), said].filter(Boolean).join("\n");
      reason.dispatchEvent(new Event("input", { bubbles: true }));
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
  const hint = document.createElement("p");
  hint.className = "faint hint";
  hint.id = "often-hint";
  hint.textContent = often.dataset.hint;
  bar.setAttribute("aria-describedby", hint.id);
  select.value = "";
  often.replaceChildren(bar, hint);

  reason.addEventListener("input", weigh);
  weigh();
  window.addEventListener("pageshow", weigh);
})();
