// The article's form: Ctrl S saves, a problem leads to its field, leaving unsaved work is asked about.
(() => {
  const form = document.getElementById("article_form");
  if (!form) return;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.querySelector("button[name=_save]")?.click();
    }
  });

  for (const item of document.querySelectorAll(".problems [data-field]")) {
    const field = document.querySelector(`.field-${item.dataset.field}`) || document.getElementById(`${item.dataset.field}-group`);
    if (!field) continue;
    const link = document.createElement("button");
    link.type = "button";
    link.append(...item.childNodes);
    link.addEventListener("click", () => {
      field.closest("details")?.setAttribute("open", "");
      field.scrollIntoView({ behavior: "smooth", block: "center" });
      field.querySelector("input, textarea, select")?.focus({ preventScroll: true });
    });
    item.append(link);
  }
})();
