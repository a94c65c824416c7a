/* Foureyes admin: a CVSS vector by answering questions. The text field is what is saved; the answers write it, and are
   read back from it. The score is computed by the portal (admin.js asks it whenever the field changes). */
(function () {
  "use strict";

  // What an answer in one version says in the other. What only the other asks keeps the answer it had, or stays open.
  const TO_4 = { AV: "AV", AC: "AC", PR: "PR", C: "VC", I: "VI", A: "VA" };
  const TO_3 = { AV: "AV", AC: "AC", PR: "PR", VC: "C", VI: "I", VA: "A" };

  function builder(root) {
    const text = root.querySelector("input[type=text]");
    const panel = root.querySelector(".builder");
    const pages = [...root.querySelectorAll("[data-version]")];
    const versions = [...root.querySelectorAll("input[name=vector-version]")];

    const page = (version) => pages.find((one) => one.dataset.version === version);
    const metrics = (version) => [...page(version).querySelectorAll("[data-metric]")];
    const answer = (metric) => metric.querySelector("input:checked");

    function show(version) {
      for (const one of pages) one.hidden = one.dataset.version !== version;
      for (const one of versions) one.checked = one.value === version;
    }

    function version() {
      const chosen = versions.find((one) => one.checked);
      return chosen ? chosen.value : "3.1";
    }

    function set(metric, value) {
      for (const input of metric.querySelectorAll("input")) input.checked = input.value === value;
    }

    // From the field to the answers. What the field does not say is left open.
    function read() {
      const parts = text.value.trim().toUpperCase().split("/");
      const named = (parts.shift() || "").replace("CVSS:", "");
      if (!page(named)) return;
      show(named);
      const given = Object.fromEntries(parts.map((part) => part.split(":")));
      for (const metric of metrics(named)) set(metric, given[metric.dataset.metric]);
    }

    // From the answers to the field.
    function write() {
      const answers = metrics(version()).filter(answer).map((metric) => metric.dataset.metric + ":" + answer(metric).value);
      text.value = ["CVSS:" + version(), ...answers].join("/");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }

    function carryOver(from, to) {
      const table = to === "4.0" ? TO_4 : TO_3;
      const there = Object.fromEntries(metrics(to).map((metric) => [metric.dataset.metric, metric]));
      for (const metric of metrics(from)) {
        const target = there[table[metric.dataset.metric]];
        const given = answer(metric);
        if (target && given) set(target, given.value);
      }
    }

    panel.addEventListener("change", function (event) {
      if (event.target.name === "vector-version") {
        const to = event.target.value;
        carryOver(to === "4.0" ? "3.1" : "4.0", to);
        show(to);
      }
      write();
    });
    text.addEventListener("input", (event) => event.isTrusted && read());
    show("3.1");
    read();
    panel.open = !text.value;
    panel.hidden = false;
  }

  for (const root of document.querySelectorAll("[data-vector]")) builder(root);
})();
