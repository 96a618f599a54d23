// A link to a part of the page leads there: the tab and the closed parts that it is in open, and it gets the focus. The
// address stays as it is: with a part in it, no message of a later answer would get the focus.
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
    return focus(target);
  }

  // Returns false if nothing there can have the focus: the browser itself goes there then.
  function focus(target) {
    const editor = window.CKEDITOR?.instances[target.id];
    if (editor) {
      if (editor.status === "ready") editor.focus();
      else editor.once("instanceReady", () => editor.focus());
      return true;
    }
    const choice = target.nextElementSibling?.querySelector?.(".select2-selection");
    const own = target.matches("input, select, textarea, button, a, [tabindex]") ? target : null;
    const place = choice ?? own ?? target.querySelector("input:not([type=hidden]), select, textarea, a");
    place?.focus({ preventScroll: true });
    return Boolean(place);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href*='#']");
    if (!link?.hash || link.pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
    if (goTo(decodeURIComponent(link.hash.slice(1)))) event.preventDefault();
  });

  addEventListener("load", () => location.hash && goTo(decodeURIComponent(location.hash.slice(1))));
})();
