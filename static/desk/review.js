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

  document.addEventListener("keydown", onKey);
  const button = document.getElementById("show-keys");
  button.hidden = false;
  button.addEventListener("click", () => keys.showModal());
  frame?.addEventListener("load", () => {
    fit();
    frame.contentDocument?.addEventListener("keydown", onKey);
    const body = frame.contentDocument?.body;
    if (body) new ResizeObserver(fit).observe(body);
  });
})();
