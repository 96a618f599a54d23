// The article's form: Ctrl S saves, the text is counted, the title grows, the preview opens next to it.
// unsaved_text.js keeps the input.
(() => {
  const form = document.getElementById("article_form");
  if (!form) return;

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.querySelector("button[name=_save]")?.click();
    }
  });

  // The bar grows by a line when somebody else is here or the server is away; what sticks below it must know.
  const bar = form.querySelector(".desk-bar");
  new ResizeObserver(() => {
    form.closest(".desk-article").style.setProperty("--bar", `${bar.offsetHeight}px`);
  }).observe(bar);

  // The title is as high as its lines and has no line breaks; Enter goes on to the text.
  const title = form.querySelector("textarea.title");
  const grow = () => {
    if (title.value.includes("\n")) title.value = title.value.replace(/\s*\n\s*/g, " ");
    if (CSS.supports("field-sizing", "content")) return;
    title.style.height = "auto";
    title.style.height = `${title.scrollHeight}px`;
  };
  title?.addEventListener("input", grow);
  title?.addEventListener("keydown", (event) => {
    // Safari ends the composition before the key that ends it, and marks that key with 229.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    window.CKEDITOR?.instances.id_body?.focus();
  });
  if (title) new ResizeObserver(grow).observe(title.parentElement);

  // The sheet of other acts closes when something in it is chosen, outside of it, and with Escape.
  const more = form.querySelector(".bar-more");
  document.addEventListener("click", ({ target }) => {
    if (!more.contains(target) || target.closest("a")) more.open = false;
  });
  more.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !more.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });

  // The preview replaces the panel, as wide as a phone; if the window has no room for it, another one opens.
  const link = document.getElementById("show_preview");
  const panel = document.querySelector(".desk-side");
  link?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || !matchMedia("(min-width: 64em)").matches) return;
    event.preventDefault();
    const shown = document.querySelector(".desk-preview");
    shown?.remove();
    panel.hidden = !shown;
    link.setAttribute("aria-expanded", String(!shown));
    form.classList.toggle("previewed", !shown);
    if (shown) return;
    const preview = document.createElement("aside");
    preview.className = "desk-preview";
    preview.setAttribute("aria-label", link.textContent);
    const frame = Object.assign(document.createElement("iframe"), { src: link.href, title: link.textContent });
    preview.append(Object.assign(document.createElement("p"), { textContent: link.dataset.says }), frame);
    panel.after(preview);
  });

  const words = document.querySelector("[data-words]");
  window.CKEDITOR?.on("instanceReady", ({ editor }) => {
    if (!words || editor.element.$.id !== "id_body") return;
    const count = () => {
      const text =
        editor.mode === "wysiwyg" ? editor.editable().$.textContent : editor.getData().replace(/<[^>]*>/g, "");
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
