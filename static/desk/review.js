// The reading page: the text is shown at its full height, so that a phone scrolls one page and not a frame in it; and
// keys lead from text to text and to the decision. Irreversible acts take a second press.
(() => {
  const { marks } = document.currentScript.dataset;
  const frame = document.querySelector("iframe.reading");
  const keys = document.getElementById("keys");
  const opinion = document.querySelector("#decision textarea[name=opinion]");

  // A refusal that the page begins with stays in view while the text above it grows, until somebody moves on.
  let kept = document.querySelector("#decide .errornote");
  for (const moved of ["keydown", "pointerdown", "wheel"]) {
    addEventListener(moved, () => (kept = null), { once: true, passive: true });
  }

  // A page is never lower than its frame: where the width changes, it is measured in a low one.
  let width = 0;
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page && frame.clientWidth !== width) frame.style.height = "";
    width = frame.clientWidth;
    if (page) frame.style.height = `${page.scrollHeight}px`;
    if (kept === document.activeElement) kept.scrollIntoView({ block: "center" });
  };

  const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog");

  // The browser forgets where the keyboard was if that is in the frame.
  const showKeys = () => {
    const before = document.activeElement;
    keys.addEventListener("close", () => before.focus({ preventScroll: true }), { once: true });
    keys.showModal();
  };

  const press = (key) => {
    const place = document.querySelector(`[data-key="${key}"]`);
    if (!place) return false;
    if (place.matches("a") || place === document.activeElement) place.click();
    else if (key === "b" && opinion && !opinion.value.trim()) opinion.focus();
    else place.focus();
    return true;
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.key === "?") showKeys();
    else if (!press(event.key.toLowerCase())) return;
    event.preventDefault();
  };

  // The selection in the text is quoted in the form of a new note, with the text before and after it.
  const note = document.querySelector("#new-note form");

  const quote = () => {
    const selection = frame.contentDocument.getSelection();
    const words = selection?.toString().trim();
    if (!words || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    const around = (from, to) => {
      const part = frame.contentDocument.createRange();
      part.setStart(...from);
      part.setEnd(...to);
      return part.toString();
    };
    const body = frame.contentDocument.body;
    note.elements.quote.value = words;
    const start = around([body, 0], [range.startContainer, range.startOffset]);
    const end = around([range.endContainer, range.endOffset], [body, body.childNodes.length]);
    note.elements.before.value = start.slice(-32);
    note.elements.after.value = end.slice(0, 32);
    note.closest("details").open = true;
  };

  // What the machine found is underlined in the text; an entry leads to its passage, a passage to its entry.
  const PARTS = { kicker: ".kicker", title: "h1", subtitle: ".subtitle", summary: ".summary", body: "section.text" };

  function showHits() {
    const page = frame.contentDocument;
    const view = frame.contentWindow;
    const { indexOfPage, rangeOf, mark, point } = window.deskSeen;
    page.head.append(Object.assign(page.createElement("link"), { rel: "stylesheet", href: marks }));
    const indexes = {};
    const found = [];
    for (const entry of document.querySelectorAll(".hits li[data-field]")) {
      const { field, weight, start, end } = entry.dataset;
      const part = PARTS[field] && page.querySelector(`.story ${PARTS[field]}`);
      if (!part || start === end) continue;
      indexes[field] ||= indexOfPage(part);
      const range = rangeOf(indexes[field], [Number(start), Number(end)]);
      if (!range) continue;
      found.push({ entry, weight, range });
      const quoted = entry.querySelector("blockquote");
      quoted.tabIndex = 0;
      quoted.setAttribute("role", "link");
      const lead = () => point(view, range);
      quoted.addEventListener("click", lead);
      quoted.addEventListener("keydown", (event) => event.key === "Enter" && lead());
    }
    mark(view, found);
    page.addEventListener("click", ({ clientX, clientY }) => {
      const caret = page.caretRangeFromPoint?.(clientX, clientY);
      const hit = caret && found.find(({ range }) => range.isPointInRange(caret.startContainer, caret.startOffset));
      hit?.entry.scrollIntoView({ block: "center" });
      hit?.entry.querySelector("blockquote").focus({ preventScroll: true });
    });
  }

  document.addEventListener("keydown", onKey);
  const button = document.getElementById("show-keys");
  button.hidden = false;
  button.addEventListener("click", showKeys);
  const begin = () => {
    fit();
    if (frame.contentDocument) showHits();
    frame.contentDocument?.addEventListener("keydown", onKey);
    if (note) frame.contentDocument?.addEventListener("mouseup", quote);
    if (note) frame.contentDocument?.addEventListener("keyup", quote);
    if (note) frame.contentDocument?.addEventListener("touchend", quote);
    const body = frame.contentDocument?.body;
    if (body) new ResizeObserver(fit).observe(body);
  };
  frame?.addEventListener("load", begin);
  // On a slow network the text may be there before this script.
  const text = frame?.contentDocument;
  if (text?.readyState === "complete" && text.URL !== "about:blank") begin();
})();
