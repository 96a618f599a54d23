// Pasted or dropped content is sent to the desk, which sanitises it like everything (articles/sanitising); the result
// is inserted in one step. Pictures that are still missing have a placeholder line each, until they arrive.
(() => {
  const EMBEDDED = /data:image\/[\w.+-]+;base64,[a-z0-9+/=\s]{200,}/gi;
  const ON_A_COMPUTER = /^(?:file|blob|cid|webkit-fake-url|[a-z]):/i;
  const ELSEWHERE = /^(?:https?:)?\/\//i;
  const HELD = "p, td, th, li, h2, h3, h4, figcaption, caption";

  CKEDITOR.plugins.add("newsroompasting", {
    requires: "clipboard,newsroomuploads,newsroompictures",
    init(editor) {
      editor.newsroomUploads = 0;
      // After CKEditor has read the clipboard (1) and `uploads.js` has preferred a file (2), before anything else.
      editor.on("paste", (event) => take(editor, event), null, null, 4);
      // Until the answer is there nothing else happens. (A listener of CKEditor that returns false cancels its event.)
      const wait = (event) => {
        if (editor.newsroomPasting) event.cancel();
      };
      for (const happening of ["key", "beforeCommandExec"]) editor.on(happening, wait, null, null, 0);
      editor.on("contentDom", () => {
        editor.editable().$.addEventListener("beforeinput", (event) => {
          if (editor.newsroomPasting) event.preventDefault();
        });
      });
    },
  });

  function take(editor, event) {
    const { dataTransfer, dataValue, range, type } = event.data;
    if (editor.newsroomPasting) return event.cancel();
    if (dataTransfer.getTransferType(editor) !== CKEDITOR.DATA_TRANSFER_EXTERNAL || !dataValue) return;
    const isPlain = (editor._.nextPasteType || type) === "text";
    const html = isPlain ? "" : dataTransfer.getData("text/html", true) || dataValue;
    const text = dataTransfer.getData("text/plain", true) || "";
    delete editor._.nextPasteType;
    event.cancel();
    if (range) range.select();
    paste(editor, html, text, filesOf(dataTransfer));
  }

  function filesOf(transfer) {
    const count = transfer.getFilesCount();
    const files = Array.from({ length: count }, (_, at) => transfer.getFile(at)).filter((file) =>
      /^image\//.test(file?.type),
    );
    return files.length ? files : CKEDITOR.newsroom.rtfPictures(transfer.getData("text/rtf", true) || "");
  }

  async function paste(editor, html, text, files) {
    const { paste: address, texts } = editor.config.newsroom;
    const { html: shortened, embedded } = withoutPictures(html);
    const places = editor.getSelection().createBookmarks2(true);
    const notice = editor.showNotification(texts.pasting, "progress");
    editor.newsroomPasting = true;
    let answer;
    try {
      const facts = { html: shortened, text: html ? "" : text, first: nextNumber(editor) };
      answer = await CKEDITOR.newsroom.send(editor, address, Object.entries(facts));
    } finally {
      editor.newsroomPasting = false;
      notice.hide();
    }
    if (!editor.editable()) return;
    editor.focus();
    editor.getSelection().selectBookmarks(places);
    if (answer.error) {
      insert(editor, plainParagraphs(html, text));
      say(editor, [texts.paste_failed.replace("%s", answer.error.message)]);
      return;
    }
    insert(editor, answer.html);
    if (!answer.html && !answer.told.length) say(editor, [texts.nothing_pasted]);
    bringPictures(editor, answer, embedded, files);
  }

  // Pictures within the HTML need not travel to the desk and back to be uploaded.
  function withoutPictures(html) {
    const embedded = [];
    const own = new RegExp(`(["'=])${location.origin.replace(/[.]/g, "\\.")}(?=/)`, "g");
    const shortened = html.replace(own, "$1").replace(EMBEDDED, (data) => `clipboard:${embedded.push(data) - 1}`);
    return { html: shortened, embedded };
  }

  // If only one paragraph is pasted, its text is inserted inline at the caret.
  function insert(editor, html) {
    const isAlone = html.startsWith("<p>") && html.indexOf("</p>") === html.length - "</p>".length;
    if (html) editor.insertHtml(isAlone ? html.slice("<p>".length, -"</p>".length) : html, "html");
    setTimeout(() => editor.fire("afterPaste"), 0);
  }

  function plainParagraphs(html, text) {
    const { body } = new DOMParser().parseFromString(
      html.replace(/<\/(?:p|div|li|tr|h\d)>|<br[^>]*>/gi, "$&\n"),
      "text/html",
    );
    for (const element of body.querySelectorAll("script, style")) element.remove();
    const lines = (text || body.textContent).split(/\r\n?|\n/).filter((line) => line.trim());
    return lines.map((line) => `<p>${CKEDITOR.tools.htmlEncode(line.trim())}</p>`).join("");
  }

  function say(editor, sentences) {
    if (sentences.length) editor.showNotification(CKEDITOR.tools.htmlEncode(sentences.join(" ")), "warning");
  }

  // --- Pictures ---------------------------------------------------------------------------------------------------

  // The highest number of a held place in the text, and one.
  function nextNumber(editor) {
    const held = editor.config.newsroom.held.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace("%d", "(\\d{1,6})");
    const found = editor.editable().getText().matchAll(new RegExp(held, "g"));
    return Math.max(0, ...Array.from(found, ([, number]) => Number(number))) + 1;
  }

  async function bringPictures(editor, { told, pictures }, embedded, files) {
    const { fetch: canFetch, texts } = editor.config.newsroom;
    const local = pictures.filter(({ address }) => ON_A_COMPUTER.test(address) && !/^data:/i.test(address));
    const foreign = pictures.filter(({ address }) => ELSEWHERE.test(address));
    const sources = new Map();
    for (const picture of pictures) {
      const number = picture.address.match(/^clipboard:(\d+)$/)?.[1];
      if (number) sources.set(picture, fileOf(embedded[number]));
      else if (/^data:/i.test(picture.address)) sources.set(picture, fileOf(picture.address));
    }
    for (const [at, picture] of local.entries())
      if (files.length === local.length && files[at]) sources.set(picture, files[at]);
    const missing = local.filter((picture) => !sources.has(picture)).length;
    const others = pictures.length - sources.size - missing;
    say(editor, [
      ...told,
      ...(missing ? [texts.local_pictures.replace("%s", missing)] : []),
      ...(others ? [texts.foreign_pictures.replace("%s", others)] : []),
    ]);
    const asked = foreign.length && canFetch ? askForRight(editor, foreign) : null;
    for (const [{ place }, file] of sources) {
      await bring(editor, place, editor.config.newsroom.pictures, [["upload", file, file.name]]);
    }
    const right = await asked;
    if (!right) return;
    for (const [at, { place, address }] of foreign.entries()) {
      const notice = editor.showNotification(texts.fetching.replace("%s", foreign.length - at), "progress");
      const whole = address.replace(/^\/\//, "https://");
      await bring(editor, place, canFetch, [["address", whole], ...Object.entries(right)]);
      notice.hide();
    }
  }

  // Other content becomes a file too: the desk answers with a sentence about what is wrong with it.
  function fileOf(data) {
    const [, type, code] = data.match(/^data:([^;,]*)[^,]*,([\s\S]*)$/) || ["", "image/png", ""];
    let bytes;
    try {
      bytes = /^data:[^,]*;base64,/i.test(data)
        ? Uint8Array.from(atob(code.replace(/\s/g, "")), (character) => character.charCodeAt(0))
        : new TextEncoder().encode(decodeURIComponent(code));
    } catch {
      bytes = new TextEncoder().encode(code);
    }
    return new File([bytes], `pasted.${type.match(/^image\/([a-z]+)/i)?.[1] || "png"}`, { type });
  }

  async function bring(editor, place, address, facts) {
    editor.newsroomUploads++;
    try {
      const answer = await CKEDITOR.newsroom.send(editor, address, facts);
      if (!answer.uploaded) return say(editor, [`${place} ${answer.error?.message || ""}`]);
      const [width, height] = await new Promise((done) => {
        CKEDITOR.newsroom.measure(answer.url, (...sides) => done(sides));
      });
      fill(editor, place, { src: answer.url, width, height });
      say(editor, answer.notes || []);
    } finally {
      editor.newsroomUploads--;
    }
  }

  // Puts a picture where its place is held, if it still is; the rest of that line is its caption.
  function fill(editor, place, picture) {
    const blocks = editor.editable()?.find(HELD).toArray() || [];
    const block = blocks.filter((one) => one.getText().includes(place)).pop();
    const text = block && textNode(block.$, place);
    if (!text) return;
    if (!block.is("p", "td", "th", "li"))
      return say(editor, [editor.config.newsroom.texts.heading_place.replace("%s", place)]);
    const isAlone = block.is("p") && block.getText().trimStart().startsWith(place);
    text.textContent = text.textContent.replace(place, "");
    const caption = isAlone
      ? block
          .getHtml()
          .replace(/<br[^>]*>$/, "")
          .trim()
      : "";
    const html = CKEDITOR.newsroom.figure(picture).replace("<figcaption>", () => `<figcaption>${caption}`);
    const holder = new CKEDITOR.dom.element("div");
    holder.setHtml(editor.dataProcessor.toHtml(html, { context: "body", fixForBody: false }));
    const figure = holder.getFirst();
    if (isAlone) figure.replace(block);
    else text.before(figure.$);
    editor.widgets.checkWidgets();
    editor.fire("updateSnapshot");
    editor.fire("change");
  }

  function textNode(block, place) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (walker.currentNode.textContent.includes(place)) return walker.currentNode;
    return null;
  }

  // Asks once for all pictures of a paste; resolves to the right and the source, or to null.
  function askForRight(editor, pictures) {
    const { make, labelled } = CKEDITOR.newsroom;
    const { texts } = editor.config.newsroom;
    const hosts = new Set(pictures.map(({ address }) => address.replace(ELSEWHERE, "").split("/")[0]));
    const licence = make("input", { type: "text", maxLength: 120, required: true });
    const credit = make("input", { type: "text", maxLength: 80, required: true });
    const leave = make("button", { type: "button", className: "button", textContent: texts.fetch_not });
    const accept = make("button", { value: "accept", className: "button default", textContent: texts.fetch });
    const acts = make("div", { className: "acts" });
    acts.append(accept, leave);
    const form = make("form", { method: "dialog" });
    form.append(
      make("h2", { textContent: texts.fetch_title }),
      make("p", { textContent: `${texts.fetch_count.replace("%s", pictures.length)} ${[...hosts].join(" ")}` }),
      labelled(texts.fetch_right, licence),
      labelled(texts.fetch_source, credit),
      acts,
    );
    const dialog = make("dialog", { className: "desk-picture" });
    dialog.setAttribute("aria-label", texts.fetch_title);
    dialog.append(form);
    document.body.append(dialog);
    leave.addEventListener("click", () => dialog.close(""));
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        editor.focus();
        resolve(dialog.returnValue === "accept" ? { licence: licence.value, credit: credit.value } : null);
      });
      dialog.showModal();
    });
  }
})();
