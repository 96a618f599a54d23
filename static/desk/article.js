// The article's form: Ctrl S saves, a problem leads to its field, the text is counted, and unsaved work is not lost:
// leaving is asked about, and this browser keeps a copy that it offers after a crash.
(() => {
  const form = document.getElementById("article_form");
  if (!form) return;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.querySelector("button[name=_save]")?.click();
    }
  });

  for (const item of document.querySelectorAll(".problems [data-field]")) {
    const field =
      document.querySelector(`.field-${item.dataset.field}`) || document.getElementById(`${item.dataset.field}-group`);
    if (!field) continue;
    const link = document.createElement("button");
    link.type = "button";
    link.append(...item.childNodes);
    link.addEventListener("click", () => {
      field.closest("details")?.setAttribute("open", "");
      field.scrollIntoView({ behavior: "smooth", block: "center" });
      field.querySelector("input, textarea, select")?.focus({ preventScroll: true });
    });
    item.append(link);
  }

  const words = document.querySelector("[data-words]");
  if (!words) return;
  const key = `newsroom:draft:${words.dataset.user}:${words.dataset.number || "new"}`;
  const refused = Boolean(document.querySelector(".errornote"));
  forgetWhatWasSaved();

  const body = document.getElementById("id_body");
  if (body?.dataset.type !== "ckeditortype") return;
  window.CKEDITOR?.on("instanceReady", ({ editor }) => {
    if (editor.element.$ === body) setTimeout(() => keep(editor), 0);
  });

  const SECONDS = 3;
  const DAYS = 7;

  function keep(editor) {
    const basedOn = Number(form.querySelector("[name=based_on]")?.value || 0);
    const atFirst = JSON.stringify(read());
    let kept = atFirst;
    let leaving = false;

    sweep();
    if (!refused) offer();
    count();
    editor.on("change", debounced(count, 300));
    editor.on("mode", count);
    setInterval(write, SECONDS * 1000);
    document.addEventListener("visibilitychange", () => document.hidden && write());
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      write();
      leaving = true;
      sessionStorage.setItem("newsroom:sent", JSON.stringify({ key, basedOn }));
      // Where the save does not get through, the page stays, and with it the question.
      setTimeout(() => (leaving = false), 10000);
    });
    addEventListener("beforeunload", (event) => {
      if (leaving || !(refused || JSON.stringify(read()) !== atFirst)) return;
      write();
      event.preventDefault();
      event.returnValue = true; // browsers built on Chromium before 119
    });

    // --- The copy ---------------------------------------------------------------------------------------------

    // What is typed: the text and the lines beside it. Choices are quickly made again.
    function fields() {
      return [...form.querySelectorAll("input[type=text][name], input[type=url][name], textarea[name]")].filter(
        (field) => field !== body && !/-\d+-|__prefix__/.test(field.name),
      );
    }

    function read() {
      return Object.fromEntries([...fields().map((field) => [field.name, field.value]), ["body", editor.getData()]]);
    }

    function write() {
      const now = JSON.stringify(read());
      if (now === kept) return;
      kept = now;
      try {
        if (now === atFirst && !refused) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify({ basedOn, at: Date.now(), fields: JSON.parse(now) }));
      } catch {
        // The browser's store is full or closed: the question on leaving is still there.
      }
    }

    function offer() {
      const draft = JSON.parse(localStorage.getItem(key) || "null");
      if (!draft) return;
      const same = Object.entries(draft.fields).every(([name, value]) => JSON.parse(atFirst)[name] === value);
      if (same) return localStorage.removeItem(key);
      const box = document.createElement("div");
      box.className = "kept-copy";
      box.setAttribute("role", "alert");
      const at = new Date(draft.at).toLocaleString(document.documentElement.lang, {
        dateStyle: "short",
        timeStyle: "short",
      });
      const sentence = document.createElement("p");
      sentence.textContent =
        words.dataset.found.replace("{}", at) + (basedOn > draft.basedOn ? ` ${words.dataset.older}` : "");
      box.append(
        sentence,
        button(words.dataset.restore, "button default", () => restore(draft)),
        button(words.dataset.discard, "button", () => localStorage.removeItem(key)),
      );
      form.querySelector(".desk-main").prepend(box);

      function button(label, className, act) {
        const made = Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
        made.addEventListener("click", () => {
          box.remove();
          act();
        });
        return made;
      }
    }

    function restore(draft) {
      for (const field of fields()) if (field.name in draft.fields) field.value = draft.fields[field.name];
      editor.setData(draft.fields.body, () => {
        count();
        editor.focus();
      });
    }

    // --- The count --------------------------------------------------------------------------------------------

    function count() {
      const text = new DOMParser().parseFromString(editor.getData(), "text/html").body.textContent;
      const characters = [...text.replace(/\s/g, "")].length;
      words.textContent = words.dataset.words.replace("{}", characters.toLocaleString("en"));
      words.hidden = false;
    }
  }

  // After a save the server shows the article again, here or without its fields: at a newer revision, or at its first.
  function forgetWhatWasSaved() {
    const sent = JSON.parse(sessionStorage.getItem("newsroom:sent") || "null");
    sessionStorage.removeItem("newsroom:sent");
    if (
      sent &&
      !refused &&
      (sent.key === key ? Number(words.dataset.revision) > sent.basedOn : sent.key.endsWith(":new"))
    )
      localStorage.removeItem(sent.key);
  }

  function sweep() {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith("newsroom:draft:")) continue;
      if (Date.now() - JSON.parse(localStorage.getItem(key)).at > DAYS * 24 * 3600 * 1000) localStorage.removeItem(key);
    }
  }

  function debounced(act, milliseconds) {
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(act, milliseconds);
    };
  }
})();
