// The reading page: the text stands at its full height, so that a phone scrolls one page and not a window in it.
(() => {
  const frame = document.querySelector("iframe.reading");
  if (!frame) return;
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${page.scrollHeight}px`;
  };
  frame.addEventListener("load", () => {
    fit();
    const body = frame.contentDocument?.body;
    if (body) new ResizeObserver(fit).observe(body);
  });
})();
