// "Verify everything": one range after another, each a request of its own, until the last or until stopped.
"use strict";
(() => {
  const place = document.getElementById("ranges");
  if (!place) return;
  const next = document.getElementById("ranges-next");
  const go = document.getElementById("ranges-go");
  const said = document.getElementById("ranges-said");
  const progress = place.querySelector("progress");
  const rows = place.querySelector("tbody");
  const startWord = go.textContent;
  let address = next.getAttribute("href");
  let checked = Number(place.dataset.checked);
  let faulty = Number(place.dataset.faulty);
  let running = false;

  const say = (more = "") => {
    const words = said.dataset.words;
    said.textContent = `${words.replace("{checked}", checked.toLocaleString(document.documentElement.lang)).replace("{faulty}", faulty.toLocaleString(document.documentElement.lang))}. ${more}`;
  };

  const row = async () => {
    const answer = await fetch(`${address}&part=1`, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const one = holder.content.querySelector("tr");
    if (!one) throw new Error("no row");
    return one;
  };

  const run = async () => {
    while (running && address) {
      const one = await row();
      rows.append(one);
      checked += Number(one.dataset.checked);
      faulty += Number(one.dataset.faulty);
      progress.value = Number(one.dataset.last);
      address = one.dataset.next || "";
      // Every intact range looks the same: the latest ten and all others are kept.
      const intact = [...rows.children].filter((each) => each.dataset.faulty === "0");
      if (intact.length > 10) intact[0].remove();
      say();
    }
  };

  const stop = () => {
    running = false;
    go.textContent = startWord;
    if (address) next.setAttribute("href", address);
  };

  go.hidden = false;
  go.addEventListener("click", async () => {
    if (running) return stop();
    running = true;
    go.textContent = go.dataset.stop;
    place.querySelectorAll("[hidden]").forEach((part) => { part.hidden = false; });
    try {
      await run();
      if (!address) {
        progress.value = progress.max;
        say(said.dataset.end);
        go.disabled = true;
        next.hidden = true;
      }
    } catch {
      say(said.dataset.failed);
    }
    stop();
  });
})();
