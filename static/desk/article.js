// The article's form: Ctrl S saves, a problem leads to its field, the text is counted. What is typed is kept by
// keeping.js.
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
    const field =
      document.querySelector(`.field-${item.dataset.field}`) || document.getElementById(`${item.dataset.field}-group`);
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

  const words = document.querySelector("[data-words]");
  window.CKEDITOR?.on("instanceReady", ({ editor }) => {
    if (!words || editor.element.$.id !== "id_body") return;
    const count = () => {
      const text = new DOMParser().parseFromString(editor.getData(), "text/html").body.textContent;
      const characters = [...text.replace(/\s/g, "")].length;
      words.textContent = words.dataset.words.replace("{}", characters.toLocaleString("en"));
      words.hidden = false;
    };
    let timer;
    const countSoon = () => {
      clearTimeout(timer);
      timer = setTimeout(count, 300);
    };
    const listen = () => editor.editable()?.attachListener(editor.editable(), "input", countSoon);
    editor.on("change", countSoon);
    editor.on("contentDom", listen);
    editor.on("mode", count);
    listen();
    setTimeout(count, 0); // the text is in place when all other listeners have run
  });
})();
