// The text itself: the caret can leave a picture at the end, empty lines are not saved, dialogs offer only what is
// kept.
(() => {
  const BLANK = /^(?:\s|&nbsp;|\u00a0|\u3000)*$/;

  CKEDITOR.plugins.add("newsroombody", {
    requires: "widget",
    afterInit(editor) {
      editor.dataProcessor.htmlFilter.addRules({
        elements: { p: (element) => (isEmptyLine(element) ? false : element) },
      });
      for (const happening of ["change", "dataReady", "mode"]) editor.on(happening, () => keepALineAtTheEnd(editor));
      // What was put in place so far is not the editor's to undo.
      editor.on("instanceReady", () => editor.resetUndo());
    },
  });

  // At the top only: the gate knows better about cells and items.
  function isEmptyLine(element) {
    return (
      !element.parent.parent &&
      element.children.every(
        (child) => child.name === "br" || (child.type === CKEDITOR.NODE_TEXT && BLANK.test(child.value)),
      )
    );
  }

  function keepALineAtTheEnd(editor) {
    const editable = editor.mode === "wysiwyg" ? editor.editable() : null;
    const last = editable?.getLast((node) => node.type === CKEDITOR.NODE_ELEMENT && !isScaffolding(node));
    if (!last?.is("div", "table", "figure", "hr")) return;
    editor.fire("lockSnapshot");
    const line = new CKEDITOR.dom.element("p");
    line.appendBogus(true);
    line.insertAfter(last);
    editor.fire("unlockSnapshot");
  }

  function isScaffolding(element) {
    return (
      element.hasAttribute("data-cke-temp") ||
      element.hasAttribute("data-cke-magic-line") ||
      element.hasAttribute("data-cke-hidden-sel") ||
      element.data("cke-bookmark")
    );
  }

  // CKEditor's buttons are links to "javascript:void(0)"; its own handlers do the work, the policy refuses the rest.
  document.addEventListener(
    "click",
    (event) => event.target.closest?.('a[href^="javascript:"]') && event.preventDefault(),
    true,
  );

  CKEDITOR.on("dialogDefinition", ({ data }) => {
    // Its upload tab is an iframe that the policy refuses; the others would set properties that are not kept.
    for (const tab of ["upload", "target", "advanced"]) data.definition.removeContents(tab);
    const info = data.definition.getContents("info");
    if (data.name === "table") info.get("selHeaders").default = "row";
    if (data.name === "link") {
      // Links to a place within the text are not kept.
      const kinds = info.get("linkType");
      kinds.items = kinds.items.filter(([, kind]) => kind !== "anchor");
    }
  });
})();
