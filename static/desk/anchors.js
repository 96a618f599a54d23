// A link to a part of the page leads there: the tab and the closed parts that it is in open, and it gets the focus.
(() => {
  function goTo(id) {
    const target = document.getElementById(id);
    if (!target) return false;
    for (let part = target; part; part = part.parentElement) {
      if (part.matches("details")) part.open = true;
      if (part.matches(".tab")) part.dispatchEvent(new Event("open-tab"));
    }
    const row = target.closest(".form-row") ?? target;
    row.scrollIntoView({ block: row.offsetHeight > innerHeight / 2 ? "start" : "center" });
    focus(target);
    return true;
  }

  function focus(target) {
    const editor = window.CKEDITOR?.instances[target.id];
    if (editor) return editor.status === "ready" ? editor.focus() : editor.once("instanceReady", () => editor.focus());
    const choice = target.nextElementSibling?.querySelector?.(".select2-selection");
    const inside = target.querySelector("input:not([type=hidden]), select, textarea, a");
    (choice ?? (target.matches("input, select, textarea, button, a") ? target : (inside ?? target))).focus({
      preventScroll: true,
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#']");
    if (!link?.hash || link.pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
    if (goTo(decodeURIComponent(link.hash.slice(1)))) event.preventDefault();
  });

  addEventListener("load", () => location.hash && goTo(decodeURIComponent(location.hash.slice(1))));
})();
