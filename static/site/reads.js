// Says once that this page was read, when somebody sees it. No cookie, nothing stored, nothing sent but the article's
// number.
(() => {
  const article = document.querySelector("article[data-read]");
  if (!article || !navigator.sendBeacon) return;
  const seen = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", seen);
    navigator.sendBeacon(article.dataset.read);
  };
  document.addEventListener("visibilitychange", seen);
  seen();
})();
