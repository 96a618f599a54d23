// The reading page: the text stands at its full height, so that a phone scrolls one page and not a window in it; and
// keys lead from text to text and to the decision. What cannot be taken back takes a second press.
(() => {
  const frame = document.querySelector("iframe.reading");
  const keys = document.getElementById("keys");
  const opinion = document.querySelector("#decision textarea[name=opinion]");

  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${page.scrollHeight}px`;
  };

  const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable], dialog");

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
    if (event.key === "?") keys.showModal();
    else if (!press(event.key.toLowerCase())) return;
    event.preventDefault();
  };

  // What is selected in the text is quoted in the form of a new note, with what stands before and after it.
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

  document.addEventListener("keydown", onKey);
  const button = document.getElementById("show-keys");
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
  frame?.addEventListener("load", () => {
    fit();
    frame.contentDocument?.addEventListener("keydown", onKey);
    if (note) frame.contentDocument?.addEventListener("mouseup", quote);
    if (note) frame.contentDocument?.addEventListener("touchend", quote);
    const body = frame.contentDocument?.body;
    if (body) new ResizeObserver(fit).observe(body);
  });
})();
