// Choosing a picture of the library by its thumbnail, next to fields and in the body editor; uploading many at once,
// there and on the library's own page. The grid is a fragment of a page of the server: choose(address, says) resolves
// to the facts of a picture, or null; `says` has the words of the dialog: its title, close, failed.
(() => {
  window.deskLibrary = { choose };

  function choose(address, says) {
    const dialog = document.createElement("dialog");
    dialog.className = "picture-library";
    dialog.setAttribute("aria-label", says.title);
    const close = Object.assign(document.createElement("button"), {
      type: "button",
      className: "library-close button",
      textContent: "×",
      title: says.close,
    });
    close.setAttribute("aria-label", says.close);
    const shown = document.createElement("div");
    dialog.append(close, shown);
    document.body.append(dialog);
    dialog.showModal();
    let chosen = null;
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      show(`${address}?${new URLSearchParams(new FormData(event.target))}`);
    });
    dialog.addEventListener("click", (event) => {
      const page = event.target.closest("a[data-page]");
      const picture = event.target.closest("button[data-key]");
      if (page) {
        event.preventDefault();
        show(address + page.getAttribute("href"));
      } else if (picture) {
        chosen = { ...picture.dataset };
        dialog.close();
      }
    });
    dialog.addEventListener("change", (event) => {
      if (event.target.matches("[data-upload]")) upload(event.target, dialog).then((lines) => show(address, lines));
    });
    show(address);

    async function show(from, lines = []) {
      const response = await fetch(from).catch(() => null);
      if (response?.url.includes("/login/")) return location.reload();
      if (!response?.ok) {
        const line = Object.assign(document.createElement("p"), { textContent: says.failed });
        line.setAttribute("role", "alert");
        return shown.replaceChildren(line);
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      shown.replaceChildren(...page.body.childNodes);
      shown.querySelector(".library-lines")?.append(...lines);
      shown.querySelector("input[name=q]")?.focus();
    }

    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(chosen);
      });
    });
  }

  // One file after the other; a line for each that was refused or changed.
  async function upload(input, root) {
    const bar = root.querySelector("progress");
    const lines = [];
    Object.assign(bar, { hidden: false, max: input.files.length, value: 0 });
    const headers = { "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value };
    for (const file of input.files) {
      const body = new FormData();
      body.append("upload", file);
      let said = input.dataset.failed;
      try {
        const answer = await (await fetch(input.dataset.upload, { method: "POST", body, headers })).json();
        said = answer.uploaded ? (answer.notes || []).join(" ") : answer.error.message;
      } catch {
        // The sentence for what did not arrive stays.
      }
      bar.value += 1;
      if (!said) continue;
      lines.push(Object.assign(document.createElement("li"), { textContent: `${file.name}: ${said}` }));
    }
    return lines;
  }

  // The library's own page is reloaded after an upload, with the new pictures and their messages.
  const own = document.getElementById("picture-library");
  const input = document.querySelector(".library-upload[hidden] [data-upload]");
  if (own && input) {
    input.parentElement.hidden = false;
    input.addEventListener("change", async () => {
      const lines = await upload(input, own);
      const response = await fetch(location.pathname).catch(() => null);
      if (response?.url.includes("/login/")) return location.reload();
      input.value = "";
      if (response?.ok) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        own.replaceChildren(...page.getElementById(own.id).childNodes);
        history.replaceState(null, "", location.pathname);
      }
      own.querySelector(".library-lines").replaceChildren(...lines);
    });
  }

  // A button next to each field of a picture.
  function addButtons(root) {
    for (const select of root.querySelectorAll("select[data-library]:not([data-has-library])")) {
      select.dataset.hasLibrary = "";
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        className: "button",
        textContent: select.dataset.button,
      });
      (select.closest(".related-widget-wrapper") || select.nextElementSibling || select).after(button);
      button.addEventListener("click", async () => {
        const picture = await choose(select.dataset.library, { ...select.dataset, title: select.dataset.button });
        if (!picture) return;
        select.append(new Option(picture.name, picture.key, true, true));
        window.django.jQuery(select).trigger("change");
      });
    }
  }
  addEventListener("load", () => {
    addButtons(document);
    new MutationObserver(() => addButtons(document)).observe(document.body, { childList: true, subtree: true });
  });
})();
