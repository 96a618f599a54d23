// What is typed into the article's form is kept: on the server within two seconds, and in this browser until it is
// there. If the session has ended, a dialog over the text asks to log in; no form is sent to an unreachable server.
(() => {
  const form = document.getElementById("article_form");
  const line = document.querySelector("[data-keep]");
  const body = document.getElementById("id_body");
  if (!form || !line || body?.dataset.type !== "ckeditortype") return;
  const fault = document.querySelector(".keeping-fault");
  const dialog = document.getElementById("log_in_again");
  const says = line.dataset;

  // In milliseconds: how often the form is checked, when a failed request is repeated, how long one may take.
  const TICK = 800;
  const AGAIN = 3000;
  const PATIENCE = 15_000;
  const DAYS = 7;
  // What is not text: it belongs to this opening of the form.
  const NOT_KEPT = ["csrfmiddlewaretoken", "unsaved_key", "unsaved_shown", "voiding"];
  const TYPED = says.typed.split(",");
  const EMPTY = /<\/?(?:p|br|div)\b[^<>]*>|&nbsp;|\s|\u200b/g;
  const MINE = `newsroom:unsaved:${says.writer}:${says.number || "new"}:`;
  const key = form.elements.unsaved_key.value;
  const refused = Boolean(document.querySelector(".errornote"));

  let editor = null;
  let typed = false; // into the body, since it was last read
  let kept = ""; // the content on the server, or that with which the form was opened
  let sending = null;
  let notBefore = 0;
  let state = "";
  let passing = false; // the form is being sent, and no requests are made
  let waiting = null; // the button pressed when the form could not be sent

  window.CKEDITOR?.on("instanceReady", (event) => {
    if (event.editor.element.$ === body) setTimeout(() => begin(event.editor), 0);
  });

  function begin(ready) {
    editor = ready;
    // CKEditor's event knows keys and commands, the browser's own also dictation, spelling and other input methods.
    const mark = () => (typed = true);
    editor.on("change", mark);
    const listen = () => editor.editable()?.attachListener(editor.editable(), "input", mark);
    editor.on("contentDom", listen);
    listen();
    typed = true;
    kept = read();
    if (refused) kept = "";
    sweep();
    offer();
    setInterval(tick, TICK);
    addEventListener("online", () => (notBefore = 0));
    addEventListener("focus", () => (notBefore = 0));
    document.addEventListener("visibilitychange", () => document.hidden && tick());
    document.addEventListener("submit", hold);
    addEventListener("pageshow", () => (passing = false));
    addEventListener("beforeunload", (event) => {
      if (passing || read() === kept) return;
      tick();
      event.preventDefault();
      event.returnValue = true; // browsers built on Chromium before 119
    });
    dialog.querySelector("a").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.popup = open(event.currentTarget.href, event.currentTarget.target, "popup,width=560,height=720");
    });
    dialog.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => (waiting = null));
  }

  // The whole form as JSON.
  function read() {
    if (typed || editor.mode !== "wysiwyg") editor.updateElement();
    typed = false;
    const pairs = [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && !NOT_KEPT.includes(name),
    );
    return JSON.stringify(pairs);
  }

  // A new article in which nothing was typed; prefilled choices do not count as text.
  function isEmpty(now) {
    const pairs = JSON.parse(now).filter(([name]) => TYPED.includes(name));
    return !says.number && pairs.every(([, value]) => !value.replace(EMPTY, ""));
  }

  function tick() {
    if (passing) return;
    const now = read();
    if (now === kept && !waiting) return;
    remember(now);
    if (!sending && Date.now() >= notBefore) send(now);
  }

  // Returns "kept", "refused" (the server has said why), "offline" or "logged_out".
  function send(now) {
    show("keeping");
    sending = ask(key, form.elements.unsaved_shown.value, now).then(({ outcome, at, sentence }) => {
      sending = null;
      notBefore = outcome === "kept" ? 0 : Date.now() + AGAIN;
      if (outcome === "kept") {
        kept = now;
        form.elements.csrfmiddlewaretoken.value = token();
        forget(key, now);
        showThisTextAfterReload(Boolean(at));
        show("kept", at);
        goOnAfterLogIn();
      } else show(outcome, sentence);
      return outcome;
    });
    return sending;
  }

  async function ask(unsaved_key, unsaved_shown, fields) {
    const data = new FormData();
    const { writer, number } = says;
    for (const [name, value] of Object.entries({ unsaved_key, unsaved_shown, fields, writer, number }))
      data.append(name, value);
    const stopping = new AbortController();
    const timer = setTimeout(() => stopping.abort(), PATIENCE);
    try {
      const answer = await fetch(says.keep, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": token() },
        redirect: "manual",
        signal: stopping.signal,
      });
      if (answer.type === "opaqueredirect") return { outcome: "logged_out" };
      const facts = await answer.json();
      if (answer.ok) return { outcome: "kept", at: facts.at };
      return { outcome: answer.status >= 500 ? "offline" : "refused", sentence: facts.error?.message };
    } catch {
      return { outcome: "offline" }; // no answer, or not one of ours
    } finally {
      clearTimeout(timer);
    }
  }

  // Logging in again changes it.
  function token() {
    const cookie = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="));
    return cookie ? cookie.slice("csrftoken=".length) : form.elements.csrfmiddlewaretoken.value;
  }

  function showThisTextAfterReload(isKept) {
    const address = new URL(location.href);
    if (address.searchParams.get("unsaved") === (isKept ? key : null)) return;
    if (isKept) address.searchParams.set("unsaved", key);
    else address.searchParams.delete("unsaved");
    history.replaceState(history.state, "", address);
  }

  // --- Messages -------------------------------------------------------------------------------------------------

  function show(outcome, detail = "") {
    const changed = outcome !== state;
    state = outcome;
    line.hidden = outcome === "kept" && !detail; // there was nothing to keep
    line.dataset.state = outcome;
    line.setAttribute("aria-live", outcome === "kept" && !fault.hidden ? "polite" : "off"); // only after a fault
    line.textContent =
      outcome === "kept" ? says.kept.replace("{}", detail) : outcome === "keeping" ? says.keeping : says.failed;
    if (outcome === "keeping") return;
    const sentence =
      outcome === "offline" ? detail || says.offline : outcome === "logged_out" ? says.loggedOut : detail;
    fault.hidden = outcome === "kept";
    if (!fault.hidden && fault.textContent !== sentence) fault.textContent = sentence;
    if (outcome === "logged_out" && changed && !dialog.open && !dialog.asked) {
      dialog.asked = true;
      dialog.showModal();
    }
  }

  // --- Sending the form -----------------------------------------------------------------------------------------

  async function hold(event) {
    if (event.submitter?.name === "discard_own") {
      passing = true;
      forget(key);
    }
    if (event.target !== form || event.defaultPrevented || passing) return;
    event.preventDefault();
    if (waiting) return;
    waiting = event.submitter || form;
    dialog.asked = false;
    const outcome = await (sending ? sending.then(() => send(read())) : send(read()));
    if (outcome === "offline") {
      waiting = null;
      show("offline", says.unsent);
    } else if (outcome === "refused") submit();
  }

  function goOnAfterLogIn() {
    if (waiting) submit();
    dialog.asked = false;
    dialog.popup?.close();
    if (dialog.open) dialog.close();
  }

  function submit() {
    const button = waiting;
    waiting = null;
    passing = true;
    setTimeout(() => (passing = false), 10_000); // where it does not get through, the page stays
    form.requestSubmit(button === form ? null : button);
  }

  // --- In this browser ------------------------------------------------------------------------------------------

  function remember(now) {
    if (isEmpty(now)) return forget(key);
    try {
      localStorage.setItem(
        MINE + key,
        JSON.stringify({ at: Date.now(), shown: form.elements.unsaved_shown.value, now }),
      );
    } catch {
      // The browser's store is full or closed; the server is asked all the same.
    }
  }

  function forget(other, now) {
    const there = JSON.parse(localStorage.getItem(MINE + other) || "null");
    if (there && (now === undefined || there.now === now)) localStorage.removeItem(MINE + other);
  }

  function sweep() {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith("newsroom:unsaved:")) continue;
      if (Date.now() - JSON.parse(localStorage.getItem(name)).at > DAYS * 24 * 3600 * 1000)
        localStorage.removeItem(name);
    }
  }

  // What other openings of this form could not send. Putting it back sends it, and opens the form with it.
  function offer() {
    for (const name of Object.keys(localStorage)) {
      const other = name.slice(MINE.length);
      if (!name.startsWith(MINE) || other === key) continue;
      const { at, shown, now } = JSON.parse(localStorage.getItem(name));
      if (now === kept || isEmpty(now)) {
        forget(other);
        continue;
      }
      const time = new Date(at).toLocaleString(document.documentElement.lang, {
        dateStyle: "short",
        timeStyle: "medium",
      });
      const box = Object.assign(document.createElement("div"), { className: "kept-copy of-this-browser" });
      box.setAttribute("role", "status");
      const sentence = Object.assign(document.createElement("p"), { textContent: says.found.replace("{}", time) });
      const { title = "", body: html = "" } = Object.fromEntries(JSON.parse(now));
      const words = new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
      const beginning = Object.assign(document.createElement("p"), {
        className: "quiet",
        textContent: [title, words && `${words.slice(0, 40)}…`].filter(Boolean).join(" · "),
      });
      const putBack = makeButton(says.restore, "button default");
      putBack.addEventListener("click", async () => {
        const { outcome, sentence: why } = await ask(other, shown, now);
        if (outcome !== "kept") return show(outcome, why);
        forget(other);
        location.search = `?unsaved=${other}`;
      });
      const discard = makeButton(says.discard, "button");
      discard.addEventListener("click", () => {
        forget(other);
        box.remove();
      });
      box.append(sentence, beginning, putBack, discard);
      form.querySelector(".desk-main").prepend(box);
    }
  }

  function makeButton(label, className) {
    return Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
  }
})();
