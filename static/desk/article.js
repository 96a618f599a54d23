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

    // What is typed and what is chosen: the text, the lines beside it, section, source, ticks, times, and the credits.
    function fields() {
      return [...form.elements].filter(
        (field) =>
          field.name &&
          field !== body &&
          !/^(csrfmiddlewaretoken|based_on|_.*)$|__prefix__/.test(field.name) &&
          !["submit", "button", "file", "password"].includes(field.type) &&
          (field.type !== "hidden" || /-TOTAL_FORMS$/.test(field.name)),
      );
    }

    // A choice that is found by typing has no other option than the chosen one: its name is kept, too.
    function typedOrChosen(field) {
      if (field.type === "checkbox" || field.type === "radio") return field.checked ? field.value : "";
      if (field.tagName !== "SELECT") return field.value;
      return [...field.selectedOptions].map((option) => [option.value, option.text.trim()]);
    }

    // Fields of one name (radio buttons, a date and its time) are told apart by their value or their place.
    function read() {
      const kept = fields().map((field) => [
        field.type === "radio" ? `${field.name}=${field.value}` : field.name,
        typedOrChosen(field),
      ]);
      return Object.fromEntries([...kept, ["body", editor.getData()]]);
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
      const same = Object.entries(draft.fields).every(
        ([name, value]) => JSON.stringify(JSON.parse(atFirst)[name]) === JSON.stringify(value),
      );
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
      addMissingRows(draft);
      for (const field of fields()) {
        const name = field.type === "radio" ? `${field.name}=${field.value}` : field.name;
        if (name in draft.fields && field.type !== "hidden") put(field, draft.fields[name]);
      }
      editor.setData(draft.fields.body, () => {
        count();
        editor.focus();
      });
    }

    function put(field, value) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = value !== "";
      else if (field.tagName !== "SELECT") field.value = value;
      else if (Array.isArray(value)) choose(field, value);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function choose(field, chosen) {
      for (const [value, text] of chosen)
        if (![...field.options].some((option) => option.value === value)) field.add(new Option(text, value));
      const values = chosen.map(([value]) => value);
      for (const option of field.options) option.selected = values.includes(option.value);
      // Django's choice by typing shows what its own library is told.
      window.django?.jQuery(field).trigger("change");
    }

    // The rows of credits that were added in the browser.
    function addMissingRows(draft) {
      for (const [name, value] of Object.entries(draft.fields)) {
        const total = /-TOTAL_FORMS$/.test(name) && form.querySelector(`[name="${name}"]`);
        const add = total && document.querySelector(`#${name.replace("-TOTAL_FORMS", "")}-group .add-row a`);
        while (add && Number(total.value) < Number(value)) {
          const before = total.value;
          add.click();
          if (total.value === before) break;
        }
      }
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
