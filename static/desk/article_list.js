// Ticks all rows; the section's choice narrows at once; the arrows go from row to row; Escape closes a menu, and so
// does leaving it by keyboard.
// Without this script, single ticks, the button and the menu's own mark do.
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
    const menu = event.key === "Escape" && event.target.closest(".row-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  addEventListener("focusout", (event) => {
    const menu = event.relatedTarget && event.target.closest(".row-menu[open]");
    if (menu && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  // From a tick, title or menu to that of the row above or below, of the first or of the last one.
  addEventListener("keydown", (event) => {
    const row = event.target.closest("#result_list tbody tr");
    if (!row || event.target.closest(".row-menu > div")) return;
    const rows = [...row.parentElement.rows];
    const here = rows.indexOf(row);
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[event.key];
    const place = event.target.closest("td, th").cellIndex;
    const same = rows[to]?.cells[place].querySelector("input, a, summary") ?? rows[to]?.querySelector("th a");
    if (!same) return;
    event.preventDefault();
    same.focus();
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    document.querySelector(".list-search input[type=search]").focus();
  });
})();
