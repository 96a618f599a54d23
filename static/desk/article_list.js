// Ticks all rows; the section's choice narrows at once. Without this script, single ticks and the button do.
(() => {
  const all = document.querySelector("[data-tick-all]");
  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of document.querySelectorAll("#result_list input[name=article]")) box.checked = all.checked;
    });
  }
  const section = document.querySelector(".list-search select");
  section?.addEventListener("change", () => section.form.requestSubmit());
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    document.querySelector(".list-search input[type=search]").focus();
  });
})();
