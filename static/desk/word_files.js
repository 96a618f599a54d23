// Word files dropped anywhere on the list of articles become drafts, one after the other, with a line for each; the
// draft of a single file is opened. Without this script the form sends them all at once.
(() => {
  const form = document.getElementById("word-files");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-lines]");
  const bar = form.querySelector("progress");
  const waiting = [];
  let working = false;

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    add(input.files);
    input.value = "";
  });
  for (const happening of ["dragover", "drop"])
    document.addEventListener(happening, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.closest("details")?.setAttribute("open", "");
      if (happening === "drop") add(event.dataTransfer.files);
    });
  addEventListener("beforeunload", (event) => working && event.preventDefault());

  function add(files) {
    const alone = !working && files.length === 1;
    for (const file of files) {
      const line = document.createElement("li");
      line.textContent = `${file.name} …`;
      list.append(line);
      waiting.push([file, line]);
      bar.max = list.children.length;
    }
    bar.hidden = false;
    if (!working) work(alone);
  }

  async function work(alone) {
    working = true;
    let only = "";
    while (waiting.length) {
      const [file, line] = waiting.shift();
      const told = await send(file, alone);
      if (alone && !waiting.length) only = told.address;
      alone = false;
      show(line, told);
      bar.value += 1;
    }
    working = false;
    if (only) location.assign(only);
  }

  async function send(file, alone) {
    const body = new FormData(form);
    body.set("files", file, file.name);
    if (alone) body.set("alone", "1");
    const failed = (said) => ({ name: file.name, said, notes: [] });
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      if (response.url.includes("/login/")) return failed(form.dataset.loggedOut);
      if (response.status === 413) return failed(form.dataset.tooLarge);
      const { lines, errors } = await response.json();
      return lines[0] || failed(errors.join(" "));
    } catch {
      return failed(form.dataset.failed);
    }
  }

  function show(line, { name, said, address, done, notes }) {
    line.textContent = `${name}: `;
    line.className = done ? "done" : "refused";
    const words = Object.assign(document.createElement(address ? "a" : "span"), { textContent: said });
    if (address) words.href = address;
    line.append(words);
    if (!notes.length) return;
    const more = document.createElement("ul");
    for (const note of notes) more.append(Object.assign(document.createElement("li"), { textContent: note }));
    line.append(more);
  }
})();
