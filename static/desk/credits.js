// Credits have the order of their rows, which buttons change; without this script, numbers do.
(() => {
  const { moveUp } = document.currentScript.dataset;
  const group = document.getElementById("credits-group");
  if (!group) return;
  const rows = () => [...group.querySelectorAll("tr.form-row:not(.empty-form)")];
  const box = (row) => row.querySelector(".field-position input");
  group.classList.add("ordered");

  for (const row of rows()) addButton(row);
  let known = rows();
  nameActs();
  group.addEventListener("focusin", nameActs); // somebody else may have been chosen
  // The focus moves to the new row or, after a removal, to the row that took its place.
  document.addEventListener("formset:added", (event) => {
    if (!group.contains(event.target)) return;
    addButton(event.target);
    number();
    known = rows();
    event.target.querySelector("select").focus();
  });
  document.addEventListener("formset:removed", () => {
    const place = known.findIndex((row) => !row.isConnected);
    if (place < 0) return;
    number();
    known = rows();
    (known[place]?.querySelector("select") ?? group.querySelector(".add-row a")).focus();
  });

  function addButton(row) {
    if (!box(row) || row.querySelector(".move")) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button move" });
    button.textContent = "↑";
    button.title = moveUp;
    button.setAttribute("aria-label", moveUp);
    button.addEventListener("click", () => {
      const above = rows()[rows().indexOf(row) - 1];
      if (!above) return;
      above.before(row);
      number();
      known = rows();
      button.focus();
    });
    box(row).after(button);
  }

  // Whom a button is about: every row has the same ones.
  function nameActs() {
    for (const row of rows()) {
      const person = row.querySelector(".field-person option:checked")?.textContent.trim() ?? "";
      for (const act of row.querySelectorAll(".move, .inline-deletelink, [name$=DELETE]")) {
        act.dataset.act ??= act.getAttribute("aria-label") ?? act.textContent;
        act.setAttribute("aria-label", `${act.dataset.act} ${person}`.trim());
      }
    }
  }

  function number() {
    rows().forEach((row, place) => {
      const input = box(row);
      if (!input || input.value === String(place)) return;
      input.value = place;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();
