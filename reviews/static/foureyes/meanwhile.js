/* Foureyes: what happens while a page is open, in one quiet line at its lower edge. Nothing of the page moves for it.
   - A request that failed: what that means, and how to go on. It goes by itself once the portal answers again.
   - The action that is read: somebody voted, or it was decided; the reader looks again when they want to. */
(function () {
  "use strict";

  const line = document.getElementById("meanwhile");
  if (!line) return;
  const words = line.dataset;
  let shown = ""; // which of its sentences stands there
  let leaving = false; // what is under way when somebody goes on to another page is not lost
  window.addEventListener("beforeunload", () => (leaving = true));
  window.addEventListener("pageshow", () => (leaving = false));

  function tell(what, label, where) {
    if (shown === what) return; // said once, however often it fails
    shown = what;
    const sentence = document.createElement("span");
    sentence.textContent = words[what];
    const link = document.createElement("a");
    link.textContent = words[label];
    link.href = where || location.pathname + location.search;
    line.replaceChildren(sentence, " ", link);
  }

  function hush(...those) {
    if (!those.includes(shown)) return;
    shown = "";
    line.replaceChildren();
  }

  const TROUBLE = ["lost", "broken", "refused"];
  const lost = () => leaving || tell("lost", "again");
  const failed = (status) => tell(status >= 500 ? "broken" : "refused", "again");

  // -- Requests of htmx -------------------------------------------------------------------------------------------

  for (const name of ["htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, lost);
  document.body.addEventListener("htmx:responseError", (event) => failed(event.detail.xhr.status));
  document.body.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful) hush(...TROUBLE);
  });

  // -- Who is at an action, and what became of it ---------------------------------------------------------------------

  const panel = () => document.getElementById("at-it");
  if (!panel() || !panel().dataset.renew) return;
  const PAUSE = 20000; // whoever goes to and fro between two tabs does not ask each time
  let asking = false;
  let asked = Date.now();

  // Not under somebody's hands: an open form in it, or the focus, stays where it is.
  const isInUse = (one) => one.contains(document.activeElement) || Boolean(one.querySelector("details[open]"));

  async function renew() {
    const before = panel();
    if (asking || !before.dataset.renew || document.visibilityState !== "visible") return;
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (Date.now() - asked < PAUSE) return;
    asking = true;
    asked = Date.now();
    try {
      const answer = await fetch(before.dataset.renewAt, {
        method: "POST",
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
        body: new URLSearchParams({ csrfmiddlewaretoken: token ? token.value : "" }),
      });
      const away = answer.headers.get("HX-Redirect");
      if (away) tell("signedOut", "signIn", away);
      else if (!answer.ok) failed(answer.status);
      else show(before, await answer.text());
    } catch {
      lost();
    } finally {
      asking = false;
    }
  }

  function show(before, html) {
    hush(...TROUBLE, "signedOut");
    const page = new DOMParser().parseFromString(html, "text/html"); // our own template, escaped there
    const now = page.getElementById("at-it");
    if (!now) return;
    if (!now.dataset.renew) tell("decided", "look");
    else if (now.dataset.stands !== before.dataset.stands) tell("moved", "look");
    else if (before.hidden && !now.hidden) tell("claimed", "look");
    else if (!before.hidden && !isInUse(before) && before.textContent !== now.textContent) {
      before.replaceChildren(...now.childNodes);
    }
    if (!now.dataset.renew) delete before.dataset.renew; // decided: there is nothing more to ask
  }

  setInterval(renew, Number(panel().dataset.renew) * 1000);
  document.addEventListener("visibilitychange", renew);
})();
