// Tells the server every ten seconds that the article's form, or the page on which it is read, is open, and shows who
// else writes or reads it and who saved.
// A ping does not count as use of the session, which ends as if the page were closed.
(() => {
  const box = document.querySelector("[data-ping]");
  if (!box) return;
  const here = box.querySelector(".here");
  const saved = box.querySelector(".saved");
  const take = box.querySelector("button");
  const changes = box.querySelector("a");
  const EVERY = 10_000; // milliseconds

  const timer = setInterval(() => document.hidden || ping(), EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || ping());
  take?.addEventListener("click", () => ping({ take: "1" }));
  box.hidden = false; // a live region that was not there before is often not read aloud
  ping();

  async function ping(facts = {}) {
    const body = new FormData();
    for (const name of ["number", "opened", "reads", "stage"]) if (name in box.dataset) facts[name] = box.dataset[name];
    for (const [name, value] of Object.entries(facts)) body.append(name, value);
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    const token = cookie
      ? cookie.slice("csrftoken=".length)
      : document.querySelector("[name=csrfmiddlewaretoken]").value;
    try {
      const headers = { "X-CSRFToken": token };
      const answer = await fetch(box.dataset.ping, { method: "POST", body, headers, redirect: "manual" });
      if (answer.ok) show(await answer.json());
      else if (answer.status >= 400 && answer.status < 500) clearInterval(timer); // no right to it any more, or deleted
    } catch {
      // The server is unreachable; unsaved_text.js reports it.
    }
  }

  function show(said) {
    say(here, said.here);
    const pressed = take && take === document.activeElement;
    if (take) take.hidden = !said.may_take;
    if (pressed && take.hidden) here.focus();
    say(saved, said.saved);
    changes.href = said.changes;
    changes.hidden = !said.changes;
  }

  // A repeated message would be read aloud again.
  function say(place, sentence) {
    if (place.textContent !== sentence) place.textContent = sentence;
  }
})();
