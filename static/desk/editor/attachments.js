// The attachment button: choose a document, it is uploaded, and a line links to it.
(() => {
  CKEDITOR.newsroom = CKEDITOR.newsroom || {};

  CKEDITOR.newsroom.attachment = (address, name) => {
    const line = document.createElement("p");
    line.append(Object.assign(document.createElement("a"), { href: address, textContent: name }));
    line.firstChild.setAttribute("href", address);
    return line.outerHTML;
  };

  CKEDITOR.plugins.add("newsroomattachments", {
    requires: "newsroomuploads",
    init(editor) {
      const { icon, texts } = editor.config.newsroom;
      editor.addCommand("attachment", { exec: () => choose(editor), async: true });
      const words = { label: texts.attachment, title: texts.attachment_title };
      editor.ui.addButton("Attachment", { ...words, command: "attachment", icon, toolbar: "insert" });
    },
  });

  function choose(editor) {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    input.addEventListener("change", () => {
      editor.focus();
      for (const file of input.files) CKEDITOR.newsroom.place(editor, file);
    });
    input.click();
  }
})();
