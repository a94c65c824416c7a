/* Foureyes: signing in. Without it the fields work as they are. */
(function () {
  "use strict";

  const first = document.querySelector(".entrance form input:not([type=hidden])");
  if (first && document.activeElement === document.body) first.focus();

  for (const button of document.querySelectorAll("[data-reveals]")) {
    const field = document.getElementById(button.dataset.reveals);
    if (!field) continue;
    button.hidden = false;
    button.addEventListener("click", function () {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
      button.setAttribute("aria-pressed", String(shown));
    });
    // A password is sent, and kept by the browser, as one.
    field.form.addEventListener("submit", () => (field.type = "password"));
  }
})();
