// A file on its way from a form of the desk: a file that is too large is reported before it is sent, and the progress
// is shown. Without this script the form is sent like any other.
(() => {
  const PLAYED = /^(?:video|audio)\//;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const input = form.querySelector("input[type=file][data-most]");
    const [file] = input?.files ?? [];
    if (!file) return;
    event.preventDefault();
    const line = form.querySelector(".uploading") ?? document.createElement("p");
    line.className = "uploading help";
    line.setAttribute("role", "status");
    input.after(line);
    const most = Number((PLAYED.test(file.type) && input.dataset.mostPlayed) || input.dataset.most);
    if (file.size > most) {
      line.textContent = input.dataset.large.replace("%s", Math.floor(most / 2 ** 20));
      return;
    }
    const bar = document.createElement("progress");
    line.replaceChildren(input.dataset.sending, " ", bar);
    send(form, new FormData(form, event.submitter), (part) => {
      bar.value = part;
    }).catch(() => {
      line.textContent = input.dataset.failed;
    });
  });

  function send(form, data, tell) {
    return new Promise((_sent, fail) => {
      const request = new XMLHttpRequest();
      request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
        if (lengthComputable) tell(loaded / total);
      };
      // The page that answers, with its messages, which are shown once.
      request.onload = () => {
        if (!/^text\/html/.test(request.getResponseHeader("Content-Type"))) return fail();
        history.replaceState(null, "", request.responseURL);
        document.open();
        document.write(request.responseText);
        document.close();
      };
      request.onerror = fail;
      request.open("POST", form.action);
      request.send(data);
    });
  }
})();
