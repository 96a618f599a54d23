// Choosing by typing (select2): Enter takes what was typed, or nothing. Without this, Enter before the answer to what
// was typed has arrived takes the first entry of the older list, silently.
(() => {
  const $ = window.django?.jQuery;
  if (!$) return;
  const watched = new WeakSet();
  let open = null; // the select2 that is open
  let shown = null; // the words whose entries the open list shows; null while it has none
  let waiting = false; // Enter was pressed before the list was that of the words in the box

  function typed() {
    return open?.dropdown.$search?.val() ?? "";
  }

  function isSearch(target) {
    return target instanceof Element && target.matches(".select2-search__field");
  }

  function takeIfExact(entries) {
    const same = entries.filter((entry) => entry.text.trim() === typed().trim());
    if (same.length !== 1) return; // the list stays open, and the editor chooses
    open.trigger("select", { data: same[0] });
  }

  // Select2 names its boxes by their value, if at all: name them by the field, then by the value.
  function nameBoxes() {
    for (const select of document.querySelectorAll("select.admin-autocomplete")) {
      const name = select.getAttribute("aria-label") ?? select.labels[0]?.textContent.trim();
      if (!name) continue;
      for (const box of select.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]") ?? []) {
        box.setAttribute("aria-label", name);
        const chosen = box.querySelector(".select2-selection__rendered[id]");
        if (!chosen) continue;
        box.id = `${chosen.id}-box`;
        box.setAttribute("aria-labelledby", `${box.id} ${chosen.id}`);
      }
    }
  }
  addEventListener("load", nameBoxes);
  const isBox = (node) => node instanceof Element && node.matches(".select2, :has(.select2)");
  new MutationObserver((changes) => {
    if (changes.some(({ addedNodes }) => [...addedNodes].some(isBox))) nameBoxes();
  }).observe(document.documentElement, { childList: true, subtree: true });

  $(document).on("select2:open", (event) => {
    const opened = $(event.target).data("select2");
    open = opened;
    shown = null;
    waiting = false;
    if (watched.has(opened)) return;
    watched.add(opened);
    opened.on("results:all", ({ data, query }) => {
      if (open !== opened) return;
      shown = query.term ?? "";
      if (!waiting || shown !== typed()) return;
      waiting = false;
      takeIfExact(data.results);
    });
  });

  // In the capturing phase, before select2 hears of the key.
  for (const kind of ["keydown", "keyup"]) {
    document.addEventListener(
      kind,
      (event) => {
        if (event.key !== "Enter" || event.isComposing || !open?.isOpen() || !isSearch(event.target)) return;
        if (!waiting && shown === typed()) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        waiting = true;
      },
      true,
    );
  }
  document.addEventListener(
    "input",
    (event) => {
      if (isSearch(event.target)) waiting = false;
    },
    true,
  );
})();
