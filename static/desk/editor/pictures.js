// A picture with its caption and its photographer: one figure, one dialog; the caption can be typed in the text too.
(() => {
  CKEDITOR.newsroom = CKEDITOR.newsroom || {};

  CKEDITOR.newsroom.figure = ({ src, alt = "", width, height, caption = "" }) => {
    const figure = document.createElement("figure");
    const image = document.createElement("img");
    for (const [name, value] of Object.entries({ src, alt, width, height }))
      if (value || name === "alt") image.setAttribute(name, value);
    figure.append(image, Object.assign(document.createElement("figcaption"), { textContent: caption }));
    return figure.outerHTML;
  };

  // For our other dialogs.
  Object.assign(CKEDITOR.newsroom, { make, labelled });

  CKEDITOR.plugins.add("newsroompictures", {
    requires: "widget,newsroomuploads",
    init(editor) {
      const { texts } = editor.config.newsroom;
      editor.widgets.add("picture", {
        pathName: texts.picture,
        parts: { image: "img", caption: "figcaption" },
        editables: {
          caption: {
            selector: "figcaption",
            pathName: texts.caption,
            allowedContent: "strong em u s sub sup cite br; a[!href,rel]",
          },
        },
        upcast,
        downcast,
      });
      editor.addCommand("picture", { exec: () => open(editor), async: true });
      editor.ui.addButton("Picture", { label: texts.picture, command: "picture", icon: "image", toolbar: "insert" });
      editor.on(
        "doubleclick",
        (event) => {
          if (!event.data.element.is("img")) return;
          event.stop();
          open(editor, event.data.element);
        },
        null,
        null,
        1,
      );
      editor.on("key", (event) => leaveCaption(editor, event), null, null, 1);
      for (const happening of ["change", "dataReady", "mode"]) editor.on(happening, () => showPlaceholders(editor));
    },
  });

  function upcast(element) {
    if (
      element.name !== "figure" ||
      element.attributes["data-cke-upload-id"] ||
      !element.find("img", true).length ||
      element.find("table", true).length
    )
      return false;
    if (!element.find("figcaption", true).length) element.add(new CKEDITOR.htmlParser.element("figcaption"));
    return true;
  }

  function downcast(element) {
    const [caption] = element.find("figcaption", true);
    const words = caption?.getHtml().replace(/<br[^>]*>|&nbsp;|\s/g, "");
    if (caption && !words) caption.remove();
    return element;
  }

  const widgets = (editor) =>
    Object.values(editor.widgets.instances).filter((widget) => widget.name === "picture" && widget.wrapper);

  // An empty caption says what belongs there; CKEditor leaves out attributes of this name when it gives its data.
  function showPlaceholders(editor) {
    if (editor.mode !== "wysiwyg") return;
    editor.fire("lockSnapshot");
    for (const { parts } of widgets(editor)) {
      const empty = !parts.caption.getText().trim();
      if (empty) parts.caption.setAttribute("data-cke-placeholder", editor.config.newsroom.texts.placeholder);
      else parts.caption.removeAttribute("data-cke-placeholder");
    }
    editor.fire("unlockSnapshot");
  }

  // Enter in a caption moves below the picture.
  function leaveCaption(editor, event) {
    const place = editor.getSelection()?.getStartElement();
    const caption = place?.getAscendant("figcaption", true);
    const widget = event.data.keyCode === 13 && caption && editor.widgets.getByElement(caption);
    if (widget?.name !== "picture") return;
    event.cancel();
    CKEDITOR.newsroom.goOnBelow(editor, widget);
  }

  CKEDITOR.newsroom.goOnBelow = (editor, widget) => {
    editor.fire("saveSnapshot");
    let line = widget.wrapper.getNext((node) => node.type === CKEDITOR.NODE_ELEMENT);
    if (!line?.is("p") || line.getText().trim()) {
      line = new CKEDITOR.dom.element("p");
      line.appendBogus(true);
      line.insertAfter(widget.wrapper);
    }
    editor.focus();
    const range = editor.createRange();
    range.moveToElementEditStart(line);
    range.select();
    editor.fire("saveSnapshot");
  };

  // --- The dialog -----------------------------------------------------------------------------------------------

  function open(editor, element) {
    const { texts, credit: pattern } = editor.config.newsroom;
    const chosen = element || editor.getSelection()?.getStartElement();
    const focused = editor.widgets.focused || (chosen && editor.widgets.getByElement(chosen));
    const widget = focused?.name === "picture" ? focused : null;
    const image = widget ? widget.parts.image : chosen?.is("img") ? chosen : null;
    const before = split(widget ? widget.parts.caption.getText() : "", pattern);
    const ranges =
      editor
        .getSelection()
        ?.getRanges()
        .map((range) => range.clone()) || [];
    const dialog = build(texts, !image);
    const { file, library, preview, alt, caption, credit, refusal, accept } = dialog.parts;
    const found = image
      ? { src: image.getAttribute("src"), width: image.getAttribute("width"), height: image.getAttribute("height") }
      : {};
    Object.assign(alt, { value: image?.getAttribute("alt") || "" });
    Object.assign(caption, { value: before.caption });
    Object.assign(credit, { value: before.credit });
    show();

    function show() {
      preview.hidden = !found.src;
      if (found.src) preview.src = found.src;
      accept.disabled = !found.src;
    }

    // A picture of the library goes into a new place at once, with the words that the library has.
    library.addEventListener("click", async () => {
      const picture = await window.deskLibrary.choose(editor.config.newsroom.library, {
        title: texts.library,
        close: texts.close,
        failed: texts.library_failed,
      });
      if (!picture) return;
      Object.assign(found, { src: picture.src, width: picture.width, height: picture.height });
      for (const [field, words] of [
        [alt, picture.alt],
        [caption, picture.caption],
        [credit, picture.credit],
      ])
        field.value ||= words;
      if (image) show();
      else dialog.close("accept");
    });

    file.addEventListener("change", () => {
      if (!file.files.length) return;
      const loader = editor.uploadRepository.create(file.files[0]);
      refusal.textContent = texts.uploading.replace("%s", loader.fileName);
      refusal.classList.remove("refused");
      accept.disabled = true;
      loader.on("uploaded", () => {
        const arrived = new Image();
        arrived.onload = arrived.onerror = () => {
          Object.assign(found, { src: loader.url, width: arrived.naturalWidth, height: arrived.naturalHeight });
          refusal.textContent = (loader.responseData.notes || []).join(" ");
          show();
        };
        arrived.src = loader.url;
      });
      loader.on("error", () => {
        refusal.textContent = loader.sentence || loader.message;
        refusal.classList.add("refused");
        file.value = "";
        show();
      });
      loader.upload(editor.config.newsroom.pictures);
    });

    dialog.addEventListener("close", () => {
      dialog.remove();
      editor.focus();
      if (!widget && ranges.length) editor.getSelection().selectRanges(ranges);
      if (dialog.returnValue !== "accept" || !found.src) return;
      const after = { caption: caption.value.trim(), credit: credit.value.trim() };
      const words = join(after, pattern);
      if (widget)
        change(editor, widget, { ...found, alt: alt.value.trim() }, words === join(before, pattern) ? null : words);
      else insert(editor, image, { ...found, alt: alt.value.trim(), caption: words });
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  function insert(editor, image, picture) {
    editor.fire("saveSnapshot");
    if (image) editor.getSelection().selectElement(image);
    const known = new Set(widgets(editor));
    editor.insertHtml(CKEDITOR.newsroom.figure(picture));
    const widget = widgets(editor).find((one) => !known.has(one));
    if (widget) CKEDITOR.newsroom.goOnBelow(editor, widget);
  }

  // `words` is null if the caption is kept unchanged, with its links and marks.
  function change(editor, widget, picture, words) {
    editor.fire("saveSnapshot");
    widget.parts.image.setAttributes({ src: picture.src, "data-cke-saved-src": picture.src, alt: picture.alt });
    for (const side of ["width", "height"]) if (picture[side]) widget.parts.image.setAttribute(side, picture[side]);
    if (words !== null) widget.parts.caption.setText(words);
    editor.fire("saveSnapshot");
  }

  // "图注　林晓舟 摄" ⇄ caption and photographer.
  function join({ caption, credit }, pattern) {
    return [caption, credit && pattern.replace("%s", credit)].filter(Boolean).join("\u3000");
  }

  function split(text, pattern) {
    const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("%s", "([^。，；！？\u3000]{1,40})");
    const found = text.trim().match(new RegExp(`^(?:(.*)\u3000)?${escaped}$`, "s"));
    return found ? { caption: (found[1] || "").trim(), credit: found[2].trim() } : { caption: text.trim(), credit: "" };
  }

  function build(texts, isNew) {
    const parts = {
      file: make("input", { type: "file", accept: "image/*,.heic,.heif,.avif" }),
      library: make("button", { type: "button", className: "button", textContent: texts.library }),
      preview: make("img", { alt: "" }),
      refusal: make("p", { role: "status" }),
      alt: make("input", { type: "text", maxLength: 200 }),
      caption: make("textarea", { rows: 2, maxLength: 400 }),
      credit: make("input", { type: "text", maxLength: 80 }),
      accept: make("button", {
        value: "accept",
        textContent: isNew ? texts.insert : texts.change,
        className: "button default",
      }),
    };
    parts.refusal.setAttribute("role", "status");
    const cancel = make("button", { type: "button", textContent: texts.cancel, className: "button" });
    const form = make("form", { method: "dialog" });
    form.append(
      make("h2", { textContent: texts.picture_title }),
      parts.library,
      labelled(texts.picture_file, parts.file),
      parts.refusal,
      parts.preview,
      labelled(texts.caption, parts.caption),
      labelled(texts.credit, parts.credit),
      labelled(texts.alt, parts.alt),
    );
    if (isNew) form.append(make("p", { className: "help", textContent: texts.picture_help }));
    const acts = make("div", { className: "acts" });
    acts.append(parts.accept, cancel);
    form.append(acts);
    const dialog = make("dialog", { className: "desk-picture" });
    dialog.setAttribute("aria-label", texts.picture_title);
    dialog.append(form);
    cancel.addEventListener("click", () => dialog.close(""));
    return Object.assign(dialog, { parts });
  }

  function make(name, facts) {
    return Object.assign(document.createElement(name), facts);
  }

  function labelled(words, field) {
    const label = make("label", {});
    label.append(make("span", { textContent: words }), field);
    return label;
  }
})();
