// A viewer of an article's pictures one by one, by key, swipe or button. The list of pictures scrolls sideways and
// stops at each; keys and buttons only scroll it. Without the script the pictures are in the text, as always.
(() => {
  const shown = document.querySelector("dialog.viewer");
  const pictures = [...document.querySelectorAll(".text img, .text ~ .gallery img")];
  if (!shown?.showModal || !pictures.length) return;
  const list = shown.querySelector("ol");
  const count = shown.querySelector("output");
  const button = (name) => shown.querySelector(`[data-viewer="${name}"]`);

  const place = () => Math.round(list.scrollLeft / list.clientWidth);
  const go = (to, behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth") =>
    list.scrollTo({ left: Math.max(0, Math.min(pictures.length - 1, to)) * list.clientWidth, behavior });
  let here = 0;
  const say = () => {
    if (!shown.open) return;
    here = place();
    count.textContent = `${here + 1} / ${pictures.length}`;
    button("before").disabled = here === 0;
    button("after").disabled = here === pictures.length - 1;
  };

  const fill = () =>
    list.append(
      ...pictures.map((picture) => {
        const item = document.createElement("li");
        const figure = document.createElement("figure");
        // An animation shares an element with its still, for readers who prefer reduced motion.
        const whole = (picture.closest("picture") ?? picture).cloneNode(true);
        const image = whole.querySelector("img") ?? whole;
        for (const name of ["role", "tabindex", "aria-haspopup", "aria-label"]) image.removeAttribute(name);
        image.classList.remove("opens");
        for (const choice of whole.querySelectorAll("source")) choice.sizes = "100vw";
        if (image.srcset) image.sizes = "100vw";
        figure.append(whole);
        if (image.classList.contains("long")) figure.tabIndex = 0; // it is scrolled by keys, too
        const caption = picture.closest("figure")?.querySelector("figcaption");
        if (caption) figure.append(caption.cloneNode(true));
        item.append(figure);
        return item;
      }),
    );
  const open = (at) => {
    if (!list.children.length) fill();
    for (const part of [count, button("before"), button("after")]) part.hidden = pictures.length === 1;
    shown.showModal();
    go(at, "instant");
    say();
    list.focus();
  };

  pictures.forEach((picture, at) => {
    if (picture.closest("a")) return;
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    picture.setAttribute("aria-haspopup", "dialog");
    if (!picture.alt.trim()) picture.setAttribute("aria-label", shown.getAttribute("aria-label"));
    picture.classList.add("opens");
    picture.addEventListener("click", () => open(at));
    picture.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(at);
      }
    });
  });
  list.addEventListener("scroll", say, { passive: true });
  button("before").addEventListener("click", () => go(here - 1));
  button("after").addEventListener("click", () => go(here + 1));
  button("close").addEventListener("click", () => shown.close());
  shown.addEventListener("click", (event) => {
    if (event.target.matches("li, figure")) shown.close();
  });
  shown.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: pictures.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      go(to);
    }
  });
  shown.addEventListener("close", () => pictures[here].focus());
  window.addEventListener("resize", () => {
    if (shown.open) go(here, "instant");
  });
})();
