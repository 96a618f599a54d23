// The text of Word files: from a button, dragged or pasted as a file. The server reads the file; its text is inserted
// at the caret, its title in the title's field, and its writers and source are offered.
(() => {
  CKEDITOR.plugins.add("newsroomword", {
    requires: "newsroomuploads",
    init(editor) {
      const { word, texts } = editor.config.newsroom;
      editor.addCommand("word", { exec: () => choose(editor), async: true });
      editor.ui.addButton("Word", { label: texts.word, command: "word", icon: word.icon, toolbar: "insert" });
      editor.on("paste", (event) => askAboutDocuments(editor, event), null, null, 1);
    },
  });

  function choose(editor) {
    const accept = editor.config.newsroom.word.endings.map((ending) => `.${ending}`).join();
    const input = Object.assign(document.createElement("input"), { type: "file", accept });
    input.addEventListener("change", () => {
      editor.focus();
      if (input.files.length) take(editor, input.files[0]);
    });
    input.click();
  }

  // Other files that are dropped along with documents take their usual way.
  async function askAboutDocuments(editor, event) {
    const { dataTransfer } = event.data;
    const files = Array.from({ length: dataTransfer.getFilesCount() }, (_, place) => dataTransfer.getFile(place));
    const isDocument = ({ name }) =>
      editor.config.newsroom.word.endings.includes(name.slice(name.lastIndexOf(".") + 1).toLowerCase());
    if (!files.some(isDocument)) return;
    event.cancel();
    for (const file of files) {
      const wish = isDocument(file) ? await ask(editor, file) : "attach";
      if (wish === "attach") CKEDITOR.newsroom.place(editor, file);
      if (wish === "insert") await take(editor, file);
    }
  }

  function ask(editor, file) {
    const { texts } = editor.config.newsroom;
    const dialog = Object.assign(document.createElement("dialog"), { className: "desk-picture" });
    const form = Object.assign(document.createElement("form"), { method: "dialog" });
    const acts = Object.assign(document.createElement("p"), { className: "acts" });
    for (const [value, label] of [
      ["insert", texts.word_insert],
      ["attach", texts.word_attach],
      ["", texts.cancel],
    ]) {
      const className = value === "insert" ? "button default" : "button";
      acts.append(Object.assign(document.createElement("button"), { className, value, textContent: label }));
    }
    const question = Object.assign(document.createElement("p"), {
      textContent: texts.word_question.replace("%s", file.name),
    });
    form.append(question, acts);
    dialog.append(form);
    document.body.append(dialog);
    return new Promise((answer) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        editor.focus();
        answer(dialog.returnValue);
      });
      dialog.showModal();
    });
  }

  async function take(editor, file) {
    const { word, texts } = editor.config.newsroom;
    const reading = editor.showNotification(texts.word_reading.replace("%s", file.name), "progress");
    const answer = await send(word.take, file, texts);
    reading.hide();
    if (!answer.uploaded) {
      editor.showNotification(answer.error.message, "warning", 0);
      return;
    }
    editor.insertHtml(fillTitle(answer) + answer.html);
    for (const note of answer.notes) editor.showNotification(note, "info", 0);
    if (answer.source || answer.credits.length) offer(editor, answer);
  }

  async function send(address, file, texts) {
    const failed = (message) => ({ error: { message: message.replace("%s", file.name) } });
    const body = new FormData();
    body.append("upload", file, file.name);
    const token = document.querySelector("input[name=csrfmiddlewaretoken]").value;
    try {
      const response = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (response.url.includes("/login/")) return failed(texts.logged_out);
      return await response.json();
    } catch {
      return failed(texts.upload_failed);
    }
  }

  // An empty field takes the line; otherwise it stays in the text, so that nothing is lost.
  function fillTitle(answer) {
    let kept = "";
    for (const name of ["title", "subtitle"]) {
      const field = document.getElementById(`id_${name}`);
      const line = answer[name];
      if (!line || field?.value.trim() === line) continue;
      if (field && !field.value.trim()) {
        field.value = line;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      } else {
        kept += Object.assign(document.createElement("p"), { textContent: line }).outerHTML;
      }
    }
    return kept;
  }

  function offer(editor, { source, credits }) {
    const { texts } = editor.config.newsroom;
    const named = credits.map(({ label }) => label);
    if (source) named.unshift(texts.word_source.replace("%s", source.name));
    const unknown = credits.filter(({ key }) => !key).map(({ person }) => person);
    if (source && !source.key) unknown.unshift(source.name);
    const box = Object.assign(document.createElement("div"), { className: "kept-copy" });
    box.setAttribute("role", "status");
    const sentence = document.createElement("p");
    sentence.textContent = `${texts.word_offer} ${named.join("　")}`;
    if (unknown.length)
      sentence.append(document.createElement("br"), texts.word_unknown.replace("%s", unknown.join("、")));
    box.append(sentence);
    if (source?.key || credits.some(({ key }) => key))
      box.append(
        button(texts.word_use, "button default", () => {
          if (source?.key) select(document.getElementById("id_source"), source.key, source.name);
          for (const credit of credits) if (credit.key) addCredit(credit);
        }),
      );
    box.append(button(texts.word_leave, "button", () => {}));
    editor.container.$.before(box);

    function button(label, className, act) {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: label, className });
      made.addEventListener("click", () => {
        box.remove();
        act();
      });
      return made;
    }
  }

  // Django's own choice by typing: it shows an option that is added and chosen.
  function select(field, key, label) {
    if (!field) return;
    if (![...field.options].some(({ value }) => value === String(key))) field.add(new Option(label, key));
    field.value = String(key);
    django.jQuery(field).trigger("change");
  }

  function addCredit({ role, key, person }) {
    const rows = () => [...document.querySelectorAll("#credits-group tr.form-row:not(.empty-form)")];
    const part = (row, name) => row.querySelector(`select[name$="-${name}"]`);
    const isThere = (row) => part(row, "role")?.value === role && part(row, "person")?.value === String(key);
    if (rows().some(isThere)) return;
    const isEmpty = (row) => part(row, "person") && !part(row, "person").value;
    if (!rows().some(isEmpty)) document.querySelector("#credits-group .add-row a")?.click();
    const row = rows().find(isEmpty);
    if (!row) return;
    part(row, "role").value = role;
    select(part(row, "person"), key, person);
  }
})();
