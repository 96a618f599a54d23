// Functions of an article's page that need a script: copying its address, printing, reading it aloud, closing the share
// sheet. Each button is hidden until it can do what it says.
(() => {
  const tool = (name) => document.querySelector(`[data-tool="${name}"]`);
  const show = (button, act) => {
    if (button) {
      button.hidden = false;
      button.addEventListener("click", act);
    }
  };

  show(tool("print"), () => window.print());

  const copy = tool("copy");
  if (navigator.clipboard)
    show(copy, async () => {
      try {
        await navigator.clipboard.writeText(document.querySelector("[data-address]").textContent);
        copy.textContent = copy.dataset.done;
      } catch {
        // not allowed here: the address is shown below, to be copied manually
        copy.hidden = true;
      }
    });

  // The share sheet shows the code for WeChat from the foot of the page; its text says what it is. The sheet overlays
  // the text, so it closes when it loses the focus.
  const share = document.querySelector(".share");
  if (share) {
    const code = document.querySelector(".codes img")?.cloneNode();
    if (code) {
      code.alt = "";
      share.querySelector(".wechat").prepend(code);
      share.querySelector(".wechat").hidden = false;
    }
    document.addEventListener("click", (event) => {
      if (!share.contains(event.target)) share.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !share.open) return;
      share.open = false;
      share.querySelector("summary").focus();
    });
  }

  // Reading aloud: title, source and time, corrections, text and captions; not the names at the end, nor what else
  // there is.
  const speech = window.speechSynthesis;
  const read = tool("read");
  const stop = tool("stop");
  const story = document.querySelector(".story");
  if (!read || !story) return;
  if (!speech || !window.SpeechSynthesisUtterance) return read.replaceWith(read.dataset.cannot);
  const words = read.textContent;
  let parts = [];
  let place = -1;
  let paused = false;
  const mark = () => {
    for (const e of document.querySelectorAll(".spoken")) e.classList.remove("spoken");
    if (parts[place]) parts[place].classList.add("spoken");
  };
  const rest = () => {
    parts = [];
    place = -1;
    paused = false;
    mark();
    read.textContent = words;
    stop.hidden = true;
  };
  const next = () => {
    place += 1;
    if (place >= parts.length) return rest();
    mark();
    const says = new SpeechSynthesisUtterance(parts[place].textContent.replace(/\s+/g, " "));
    says.lang = document.documentElement.lang;
    const here = parts[place];
    says.onend = () => {
      if (parts[place] === here) next();
    };
    says.onerror = () => {
      if (parts[place] === here) rest();
    };
    speech.speak(says);
  };
  show(read, () => {
    if (place < 0) {
      parts = [...story.querySelectorAll("h1, .provenance, .summary, .corrections p, .text *")]
        .filter((e) => e.matches("h1, h2, h3, h4, p, li, figcaption, caption, td, th"))
        .filter((e) => e.textContent.trim() && !e.querySelector("p, li, figcaption"));
      stop.hidden = false;
      read.textContent = read.dataset.pause;
      speech.cancel();
      next();
    } else {
      paused = !paused;
      if (paused) speech.pause();
      else speech.resume();
      read.textContent = paused ? read.dataset.goOn : read.dataset.pause;
    }
  });
  show(stop, () => {
    rest();
    speech.cancel();
  });
  stop.hidden = true;
  window.addEventListener("pagehide", () => speech.cancel());
})();
