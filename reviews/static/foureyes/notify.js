/* Foureyes: a notification of this browser when more waits for you. It asks for permission when its button is pressed
   and at no other time, remembers the choice in this browser only, and says a number, never what waits. Without it,
   or where the browser has no notifications, the queue works the same. */
(function () {
  "use strict";

  const button = document.getElementById("notify-switch");
  const said = document.getElementById("notify-said");
  const KEY = "foureyes-notify";
  if (!button || !("Notification" in window) || !window.htmx) return;

  function isOn() {
    return localStorage.getItem(KEY) === "on" && Notification.permission === "granted";
  }

  function show() {
    button.hidden = false;
    button.textContent = isOn() ? button.dataset.off : button.dataset.on;
    // The queue goes on refreshing itself behind other windows (foureyes.js).
    document.documentElement.dataset.notify = isOn() ? "on" : "off";
  }

  async function turnOn() {
    const answer = await Notification.requestPermission();
    if (answer === "granted") localStorage.setItem(KEY, "on");
    said.textContent = answer === "granted" ? "" : said.dataset.refused;
  }

  button.addEventListener("click", async function () {
    if (isOn()) localStorage.setItem(KEY, "off");
    else await turnOn();
    show();
  });

  function mine() {
    const shown = document.getElementById("rail-count");
    return shown ? parseInt(shown.textContent, 10) || 0 : 0;
  }

  let known = mine();

  function look() {
    const now = mine();
    if (now > known && isOn()) tell(now);
    known = now;
  }

  function tell(count) {
    const words = count === 1 ? said.dataset.one : said.dataset.many.replace("%n", count);
    let shown;
    try {
      // One tag: a second notification takes the place of the first.
      shown = new Notification("Foureyes", { body: words, tag: "foureyes-mine" });
    } catch {
      return; // some phones know the word and refuse the thing
    }
    shown.onclick = function () {
      window.focus();
      shown.close();
    };
  }

  document.body.addEventListener("htmx:afterSettle", look);
  document.body.addEventListener("foureyes:renewed", look);
  show();
})();
