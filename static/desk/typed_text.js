// What the machine finds in the text while it is typed: whenever its writer pauses, the desk reads the current form,
// and the hits are underlined in the text and listed next to it. Reading changes nothing; accepting a suggestion is one
// step that can be undone.
(() => {
  const form = document.getElementById("article_form");
  const panel = document.querySelector(".typed-text");
  const body = document.getElementById("id_body");
  if (!form || !panel || body?.dataset.type !== "ckeditortype") return;
  const { indexOfLine, indexOfPage, find, rangeOf, mark, point } = window.deskSeen;
  const says = panel.dataset;
  const list = panel.querySelector("ol");
  const count = panel.querySelector(".count");
  const line = panel.querySelector("[role=status]");
  const shape = panel.querySelector("template");
  const others = panel.closest(".tab").querySelectorAll(".problems li:not([data-hit])").length; // no hits of a rule
  const dialog = document.getElementById("set_aside_typed");

  // In milliseconds: how long a pause is, and how long an answer is waited for.
  const PAUSE = 900;
  const PATIENCE = 15_000;
  // Elements that CKEditor adds to the page next to the text.
  const SCAFFOLDING =
    "[data-cke-temp], [data-cke-hidden-sel], [data-cke-magic-line], [data-cke-bookmark], [data-cke-upload-id], " +
    ".cke_widget_drag_handler_container, .cke_widget_mask, script, style";

  let editor = null;
  let timer = 0;
  let asking = null;
  let hits = [];

  window.CKEDITOR?.on("instanceReady", (event) => {
    if (event.editor.element.$ === body) setTimeout(() => begin(event.editor), 0);
  });

  function begin(ready) {
    editor = ready;
    panel.hidden = false;
    editor.on("change", readSoon);
    const listen = () => editor.editable()?.attachListener(editor.editable(), "input", readSoon);
    editor.on("contentDom", listen);
    editor.on("mode", show);
    listen();
    form.addEventListener("input", readSoon);
    form.addEventListener("change", readSoon);
    document.addEventListener("visibilitychange", () => document.hidden || readSoon());
    read();
  }

  function readSoon() {
    clearTimeout(timer);
    asking?.abort(); // its answer would be about another text
    timer = setTimeout(read, PAUSE);
  }

  async function read() {
    const sent = typed();
    const stopping = new AbortController();
    asking = stopping;
    const waiting = setTimeout(() => stopping.abort(), PATIENCE);
    const answer = await ask(says.address, sent, stopping.signal);
    clearTimeout(waiting);
    if (asking !== stopping) return; // the user has typed since
    asking = null;
    if (answer?.hits) {
      hits = answer.hits;
      count.textContent = answer.count;
      count.hidden = !answer.count;
      panel.closest(".tab").dispatchEvent(new CustomEvent("count", { detail: answer.count + others }));
      const more = answer.count - hits.length;
      say(!answer.count ? says.nothing : more > 0 ? says.more.replace("{}", more) : "");
      show();
    } else say(answer?.error?.message || says.failed);
  }

  // A message repeated at the next pause would be read aloud again.
  function say(sentence) {
    if (line.textContent !== sentence) line.textContent = sentence;
  }

  function typed() {
    editor.updateElement();
    const sent = new FormData(form);
    sent.set("number", says.number);
    return sent;
  }

  async function ask(address, sent, signal) {
    try {
      const response = await fetch(address, { method: "POST", body: sent, signal });
      return await response.json();
    } catch {
      return null;
    }
  }

  // --- In the text ------------------------------------------------------------------------------------------------

  const editable = () => (editor.mode === "wysiwyg" ? editor.editable()?.$ : null);

  function show() {
    const page = editable();
    const index = page ? indexOfPage(page, SCAFFOLDING) : null;
    for (const hit of hits) {
      const place = index && hit.field === "body" ? find(index, hit.place, hit.words) : null;
      hit.range = place && rangeOf(index, place);
    }
    const marked = hits.filter(({ range, words }) => range && words);
    mark(window, marked);
    window.CSS?.highlights?.delete("found-here");
    const place = [...list.children].findIndex((item) => item.contains(document.activeElement));
    const act = document.activeElement?.dataset.do;
    list.replaceChildren(...hits.map(entry));
    if (place >= 0) keepFocus(place, act);
  }

  // For keyboard users the focus stays in the list: on the same button of the entry that is now in this place.
  function keepFocus(place, act) {
    const item = list.children[Math.min(place, list.children.length - 1)];
    const same = item?.querySelector(`[data-do="${act}"]:not([hidden])`);
    const tab = document.getElementById(panel.closest(".tab").getAttribute("aria-labelledby"));
    (same ?? item?.querySelector("[data-do=show]") ?? tab)?.focus();
  }

  function entry(hit) {
    const item = shape.content.firstElementChild.cloneNode(true);
    item.dataset.weight = hit.weight;
    item.querySelector(".mark").textContent = hit.label;
    item.querySelector("[data-do=show]").textContent = hit.message;
    item.querySelector(".advice").textContent = hit.advice;
    for (const act of item.querySelectorAll(".acts > *"))
      act.setAttribute("aria-label", `${act.textContent.trim()} ${hit.words || hit.label}`);
    const isThere = hit.range || lineOf(hit);
    item.querySelector("[data-do=take]").hidden = !hit.take || hit.masks || !isThere;
    item.querySelector("[data-do=mask]").hidden = !hit.masks || !isThere;
    item.querySelector("[data-do=ignore]").hidden = !hit.ignores;
    for (const link of item.querySelectorAll("[data-to]")) {
      link.hidden = !hit[link.dataset.to];
      link.href = hit[link.dataset.to];
    }
    item.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-do]")?.dataset.do;
      if (act === "show") lead(hit);
      else if (act === "ignore") ignore(hit);
      else if (act) take(hit);
    });
    return item;
  }

  function lineOf(hit) {
    const field = hit.field === "body" ? null : form.elements[hit.field];
    return field?.matches?.("input, textarea") ? field : null;
  }

  function lead(hit) {
    const field = lineOf(hit);
    if (hit.range) {
      editor.focus();
      const caret = hit.range.cloneRange();
      caret.collapse(true);
      document.getSelection().removeAllRanges();
      document.getSelection().addRange(caret);
      point(window, hit.range);
    } else if (field) {
      field.closest("details")?.setAttribute("open", "");
      field.focus();
      const index = indexOfLine(field.value);
      const [start, end] = find(index, hit.place, hit.words) || [0, 0];
      if (end > start) field.setSelectionRange(index.places[start], index.places[end - 1] + 1);
    } else {
      const part = document.getElementById(`${hit.field}-group`) ?? document.getElementById(`id_${hit.field}`);
      part?.scrollIntoView({ block: "center" });
    }
  }

  // --- Setting aside ----------------------------------------------------------------------------------------------

  async function ignore(hit) {
    const reason = hit.needs_reason ? await askWhy(hit) : "";
    if (reason === null) return;
    const sent = typed();
    for (const [name, value] of Object.entries({ typed: "1", key: hit.key, reason })) sent.set(name, value);
    const answer = await ask(says.aside, sent);
    if (answer?.set_aside) read();
    else say(answer?.error?.message || says.failed);
  }

  function askWhy(hit) {
    const field = dialog.querySelector("input");
    dialog.querySelector("form > p").textContent = hit.message;
    field.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((decide) => {
      const decided = () => decide(dialog.returnValue === "aside" ? field.value : null);
      dialog.addEventListener("close", decided, { once: true });
    });
  }

  // --- Accepting suggestions --------------------------------------------------------------------------------------

  function take(hit) {
    const [from, to] = [hit.replaced[0] - hit.place[0], hit.replaced[1] - hit.place[0]];
    const field = lineOf(hit);
    const page = field ? null : editable();
    if (!field && !page) return;
    const index = field ? indexOfLine(field.value) : indexOfPage(page, SCAFFOLDING);
    const place = find(index, hit.place, hit.words);
    if (!place) return read(); // the words have changed since
    const units = index.places.slice(place[0] + from, place[0] + to);
    if (field) {
      field.setRangeText(hit.take, units[0], units.at(-1) + 1, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    editor.focus(); // so that Ctrl Z is the editor's
    editor.fire("saveSnapshot");
    replace(units, hit.take);
    editor.fire("saveSnapshot");
  }

  // Characters for characters where there are as many, so that tags and blanks among them stay.
  function replace(units, words) {
    if (units.length === words.length) {
      for (const [n, [node, offset]] of units.entries()) node.replaceData(offset, 1, words[n]);
      return;
    }
    for (const [node, offset] of [...units].reverse()) node.deleteData(offset, 1);
    const [node, offset] = units[0];
    node.insertData(offset, words);
  }
})();
