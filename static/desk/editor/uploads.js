// Files on their way into the text: from a button, dragged or pasted. Each has a placeholder until the server has
// stored it, or has answered why not.
(() => {
  const PICTURE = /^image\//;
  const PLAYED = /^(?:video|audio)\//;
  const PHONE_PICTURE = /\.(?:heic|heif|avif)$/i; // many systems do not know these types
  const PATIENCE = 20_000; // milliseconds; the server gives a site ten seconds for a picture
  const NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

  CKEDITOR.plugins.add("newsroomuploads", {
    requires: "uploadwidget",
    init(editor) {
      const { pictures, attachments, texts } = editor.config.newsroom;
      editor.on("fileUploadRequest", (event) => send(event, editor.config.newsroom), null, null, 10);
      CKEDITOR.fileTools.addUploadWidget(editor, "newsroompicture", {
        supportedTypes: PICTURE,
        uploadUrl: pictures,
        fileToElement: held,
        parts: { image: "img" },
        onUploading(loader) {
          if (loader.data) this.parts.image.setAttribute("src", loader.data);
        },
        onUploaded(loader) {
          measure(loader.url, (width, height) => {
            if (!this.wrapper?.getParent()) return;
            finish(editor, this, CKEDITOR.newsroom.figure({ src: loader.url, width, height }));
            tell(editor, loader);
          });
          return false;
        },
      });
      CKEDITOR.fileTools.addUploadWidget(editor, "newsroomattachment", {
        supportedTypes: /^(?!image\/)/,
        loadMethod: "upload",
        uploadUrl: attachments,
        fileToElement: (file) => {
          const line = new CKEDITOR.dom.element("p");
          line.setText(texts.uploading.replace("%s", file.name));
          return line;
        },
        onUploaded(loader) {
          finish(editor, this, CKEDITOR.newsroom.attachment(loader.url, loader.responseData.name || loader.fileName));
          tell(editor, loader);
        },
      });
      editor.on("paste", ({ data }) => preferTheFile(data), null, null, 2);
      editor.on("afterPaste", () => goOnBelow(editor));
      editor.on("instanceReady", () => waitForUploads(editor));
    },
  });

  CKEDITOR.newsroom = CKEDITOR.newsroom || {};

  // Sends a form to an address of the desk; returns its answer, which has an error where it was refused.
  CKEDITOR.newsroom.send = async (editor, address, facts) => {
    const { texts } = editor.config.newsroom;
    const body = new FormData();
    for (const [name, ...value] of facts) body.append(name, ...value);
    const headers = { "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value };
    const stopping = new AbortController();
    const waiting = setTimeout(() => stopping.abort(), PATIENCE);
    try {
      const response = await fetch(address, { method: "POST", body, headers, signal: stopping.signal });
      if (response.url.includes("/login/")) return { error: { message: texts.logged_out } };
      return read(await response.text()) || { error: { message: texts.paste_offline } };
    } catch {
      return { error: { message: texts.paste_offline } };
    } finally {
      clearTimeout(waiting);
    }
  };

  CKEDITOR.newsroom.measure = measure;

  // Puts a file where the caret is, as if it had been dragged there.
  CKEDITOR.newsroom.place = (editor, file) => {
    const isPicture = PICTURE.test(file.type) || PHONE_PICTURE.test(file.name);
    const name = isPicture ? "newsroompicture" : "newsroomattachment";
    const { loadMethod = "loadAndUpload", uploadUrl, fileToElement } = editor.widgets.registered[name];
    const loader = editor.uploadRepository.create(file);
    const element = fileToElement(file);
    loader[loadMethod](uploadUrl);
    CKEDITOR.fileTools.markElement(element, name, loader.id);
    CKEDITOR.fileTools.bindNotifications(editor, loader);
    editor.insertHtml(element.getOuterHtml());
    goOnBelow(editor);
  };

  // After pasting a picture, writing continues below it; left selected, it would swallow the typed text.
  function goOnBelow(editor) {
    const held = editor.widgets.focused || editor.widgets.selected[0];
    if (held?.wrapper && ["newsroompicture", "newsroomattachment"].includes(held.name))
      CKEDITOR.newsroom.goOnBelow(editor, held);
  }

  // CKEditor's own request would set a cookie for the whole site, and hide the server's sentence behind "error 422".
  function send(event, { texts, most, most_played }) {
    const { fileLoader: loader, requestData } = event.data;
    const { xhr } = loader;
    const { file } = requestData.upload;
    if (file.size > (PLAYED.test(file.type) ? most_played : most)) {
      loader.message = texts.too_large.replace("%s", loader.fileName);
      loader.changeStatus("error");
      event.cancel();
      return;
    }
    const form = new FormData();
    form.append("upload", file, requestData.upload.name);
    xhr.setRequestHeader("X-CSRFToken", document.querySelector("input[name=csrfmiddlewaretoken]").value);
    const taken = xhr.onload;
    xhr.onload = () => {
      const answer = read(xhr.responseText);
      if (answer?.uploaded) return taken.call(xhr);
      const loggedOut = xhr.responseURL.includes("/login/");
      loader.sentence =
        answer?.error?.message || (loggedOut ? texts.logged_out : texts.upload_failed.replace("%s", loader.fileName));
      loader.message = CKEDITOR.tools.htmlEncode(loader.sentence); // it names the file; notices show HTML
      loader.changeStatus("error");
    };
    inTurn(event.editor, loader, () => xhr.send(form));
    event.stop();
  }

  // One file after the other: the server prepares each, and where many are prepared at once it refuses some as busy.
  function inTurn(editor, { xhr }, begin) {
    const before = editor.newsroomSending || Promise.resolve();
    editor.newsroomSending = before.then(
      () =>
        new Promise((done) => {
          xhr.addEventListener("loadend", done);
          begin();
        }),
    );
  }

  function read(text) {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function held() {
    const figure = new CKEDITOR.dom.element("figure");
    figure.append(new CKEDITOR.dom.element("img")).setAttribute("src", NOTHING);
    return figure;
  }

  function measure(src, then) {
    const image = new Image();
    image.onload = image.onerror = () => then(image.naturalWidth, image.naturalHeight);
    image.src = src;
  }

  function finish(editor, place, html) {
    place.replaceWith(editor.dataProcessor.toHtml(html, { context: "body", fixForBody: false }));
  }

  function tell(editor, loader) {
    for (const note of loader.responseData.notes || [])
      editor.showNotification(CKEDITOR.tools.htmlEncode(note), "info");
  }

  // A picture copied in a browser comes as its file and as a link to its site: only the file can be stored.
  function preferTheFile(data) {
    if (!data.dataValue || !data.dataTransfer.getFilesCount()) return;
    const body = new DOMParser().parseFromString(data.dataValue, "text/html").body;
    if (body.querySelectorAll("img").length === 1 && !body.textContent.trim()) data.dataValue = "";
  }

  // What is still under way would be missing from the saved text.
  function waitForUploads(editor) {
    editor.element.$.form?.addEventListener(
      "submit",
      (event) => {
        const { still_pasting, still_uploading } = editor.config.newsroom.texts;
        const isUploading = editor.newsroomUploads > 0 || editor.editable()?.findOne("[data-cke-upload-id]");
        if (!editor.newsroomPasting && !isUploading) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        editor.showNotification(isUploading ? still_uploading : still_pasting, "warning");
      },
      true,
    );
  }
})();
