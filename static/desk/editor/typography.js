// The typography of the text: the desk returns its changes; all are shown, then applied in one step.
(() => {
  CKEDITOR.plugins.add("newsroomtypography", {
    requires: "newsroomuploads,newsroompasting,undo",
    init(editor) {
      const { typography, texts } = editor.config.newsroom;
      editor.addCommand("typography", { exec: () => look(editor), async: true });
      editor.ui.addButton("Typography", { label: texts.typography, command: "typography", icon: typography.icon });
    },
  });

  async function look(editor) {
    const { typography, texts } = editor.config.newsroom;
    if (editor.newsroomUploads > 0 || editor.editable().findOne("[data-cke-upload-id]")) {
      editor.showNotification(texts.still_uploading, "warning");
      return;
    }
    const before = editor.getData();
    const reading = editor.showNotification(texts.typography_reading, "progress");
    const answer = await CKEDITOR.newsroom.send(editor, typography.mend, [["html", before]]);
    reading.hide();
    if (answer.error) {
      editor.showNotification(texts.typography_failed.replace("%s", answer.error.message), "warning", 0);
    } else if (!answer.changes.length && !answer.told.length) {
      editor.showNotification(texts.typography_right, "info");
    } else if (await ask(editor, answer)) {
      change(editor, before, answer.html);
    }
  }

  function change(editor, before, html) {
    if (editor.mode !== "wysiwyg" || editor.getData() !== before) {
      editor.showNotification(editor.config.newsroom.texts.typography_edited, "warning", 0);
      return;
    }
    editor.fire("saveSnapshot");
    const [place] = editor.getSelection().createBookmarks2(true);
    editor.setData(html, {
      noSnapshot: true,
      callback: () => {
        editor.focus();
        if (place) goBack(editor, place);
        editor.fire("saveSnapshot");
      },
    });
  }

  // Otherwise the caret would be at the beginning of the text; the paragraphs are the same as before.
  function goBack(editor, { start, startOffset }) {
    const node = editor.document.getByAddress(start, true);
    if (!node) return;
    const range = editor.createRange();
    const most = node.type === CKEDITOR.NODE_TEXT ? node.getLength() : node.getChildCount();
    range.setStart(node, Math.min(startOffset, most));
    range.collapse(true);
    range.select();
  }

  function ask(editor, { changes, told }) {
    const { texts } = editor.config.newsroom;
    const dialog = make("dialog", { className: "desk-picture" });
    dialog.setAttribute("aria-label", texts.typography);
    const list = make("ul", { className: "typography-changes" });
    for (const one of changes) list.append(line(one));
    for (const sentence of told) list.append(make("li", { textContent: sentence }));
    const acts = make("p", { className: "acts" });
    acts.append(
      make("button", { className: "button default", value: "apply", textContent: texts.typography_apply }),
      make("button", { className: "button", value: "", textContent: texts.cancel }),
    );
    const form = make("form", { method: "dialog" });
    const count = texts.typography_changes.replace("%s", changes.length + told.length);
    form.append(make("h2", { textContent: texts.typography }), make("p", { textContent: count }), list, acts);
    dialog.append(form);
    document.body.append(dialog);
    return new Promise((decide) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        editor.focus();
        decide(dialog.returnValue === "apply");
      });
      dialog.showModal();
    });
  }

  function line({ lead, before, after, trail }) {
    const made = make("li", {});
    made.append(lead, make("del", { textContent: shown(before) }), make("ins", { textContent: shown(after) }), trail);
    return made;
  }

  // Make blanks visible.
  function shown(words) {
    return words.replace(/[ \u00a0\u3000]/g, "␣");
  }

  function make(name, facts) {
    return Object.assign(document.createElement(name), facts);
  }
})();
