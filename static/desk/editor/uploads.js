// Files on their way into the text: from a button, dragged or pasted. Each holds its place until the server has it, or
// has said in a sentence why not.
(() => {
  const PICTURE = /^image\//;
  const NOTHING = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

  CKEDITOR.plugins.add("newsroomuploads", {
    requires: "uploadwidget",
    init(editor) {
      const { pictures, attachments, texts } = editor.config.newsroom;
      editor.on("fileUploadRequest", (event) => send(event, texts), null, null, 10);
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
      editor.on("paste", ({ data }) => preferTheFile(data), null, null, 5);
      editor.on("paste", ({ data }) => takePictures(editor, data), null, null, 20);
      editor.on("instanceReady", () => waitForUploads(editor));
    },
  });

  CKEDITOR.newsroom = CKEDITOR.newsroom || {};

  // Puts a file where the caret is, as if it had been dragged there.
  CKEDITOR.newsroom.place = (editor, file) => {
    const name = PICTURE.test(file.type) ? "newsroompicture" : "newsroomattachment";
    const { loadMethod = "loadAndUpload", uploadUrl, fileToElement } = editor.widgets.registered[name];
    const loader = editor.uploadRepository.create(file);
    const element = fileToElement(file);
    loader[loadMethod](uploadUrl);
    CKEDITOR.fileTools.markElement(element, name, loader.id);
    CKEDITOR.fileTools.bindNotifications(editor, loader);
    editor.insertHtml(element.getOuterHtml());
  };

  // CKEditor's own request would set a cookie for the whole site, and hide the server's sentence behind "error 422".
  function send(event, texts) {
    const { fileLoader: loader, requestData } = event.data;
    const { xhr } = loader;
    const form = new FormData();
    form.append("upload", requestData.upload.file, requestData.upload.name);
    xhr.setRequestHeader("X-CSRFToken", document.querySelector("input[name=csrfmiddlewaretoken]").value);
    const taken = xhr.onload;
    xhr.onload = () => {
      const answer = read(xhr.responseText);
      if (answer?.uploaded) return taken.call(xhr);
      const loggedOut = xhr.responseURL.includes("/login/");
      loader.message = answer?.error?.message || (loggedOut ? texts.logged_out : texts.upload_failed.replace("%s", loader.fileName));
      loader.changeStatus("error");
    };
    xhr.send(form);
    event.stop();
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
    for (const note of loader.responseData.notes || []) editor.showNotification(note, "info");
  }

  // A picture copied in a browser comes as its file and as a link to its site: the file is what we can keep.
  function preferTheFile(data) {
    if (!data.dataValue || !data.dataTransfer.getFilesCount()) return;
    const body = new DOMParser().parseFromString(data.dataValue, "text/html").body;
    if (body.querySelectorAll("img").length === 1 && !body.textContent.trim()) data.dataValue = "";
  }

  // Pictures within pasted text: ours stay, those that came along are uploaded, the others are left out and it is said.
  function takePictures(editor, data) {
    if (!/<img/i.test(data.dataValue)) return;
    const { kept, texts } = editor.config.newsroom;
    const body = new DOMParser().parseFromString(data.dataValue, "text/html").body;
    let local = 0;
    let foreign = 0;
    for (const image of body.querySelectorAll("img:not([data-cke-upload-id], [data-cke-upload-id] img)")) {
      const src = image.getAttribute("src") || "";
      if (src.startsWith("data:image/") && src.length > NOTHING.length) {
        image.replaceWith(onItsWay(editor, src));
      } else if (isOurs(src, kept)) {
        image.setAttribute("src", new URL(src, location.href).pathname);
      } else {
        const original = image.dataset.src || src;
        if (/^(?:https?:)?\/\//.test(original)) foreign += 1;
        else local += 1;
        image.remove();
      }
    }
    data.dataValue = body.innerHTML;
    if (local) editor.showNotification(texts.local_pictures.replace("%s", local), "warning");
    if (foreign) editor.showNotification(texts.foreign_pictures.replace("%s", foreign), "warning");
  }

  function isOurs(src, kept) {
    const address = URL.canParse(src, location.href) && new URL(src, location.href);
    return address && address.origin === location.origin && address.pathname.startsWith(kept);
  }

  function onItsWay(editor, data) {
    const type = data.match(/^data:image\/([a-z]+)/i)?.[1] || "jpeg";
    const loader = editor.uploadRepository.create(data, `pasted.${type}`);
    const element = held();
    loader.upload(editor.config.newsroom.pictures);
    CKEDITOR.fileTools.markElement(element, "newsroompicture", loader.id);
    CKEDITOR.fileTools.bindNotifications(editor, loader);
    return element.$;
  }

  // What is still under way would be missing from the saved text.
  function waitForUploads(editor) {
    editor.element.$.form?.addEventListener("submit", (event) => {
      if (!editor.editable()?.findOne("[data-cke-upload-id]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      editor.showNotification(editor.config.newsroom.texts.still_uploading, "warning");
    }, true);
  }
})();
