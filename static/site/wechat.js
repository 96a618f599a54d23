// In WeChat's browser alone, and only where the newsroom has set it up: WeChat's own script is told title, lead and
// picture for the card that a reader sends on. Whatever fails, the page stays as it is, and WeChat makes a card of
// its own.
(async () => {
  if (!/MicroMessenger/i.test(navigator.userAgent)) return;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  const canonical = document.querySelector("link[rel=canonical]");
  if (!canonical) return;
  const script = (address) =>
    new Promise((done, failed) => {
      document.head.append(
        Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed }),
      );
    });
  try {
    const { sdk, sign } = document.querySelector("script[data-sdk]").dataset;
    const answer = await fetch(`${sign}?url=${encodeURIComponent(location.href.split("#")[0])}`);
    if (answer.status !== 200) return;
    const signed = await answer.json();
    await script(sdk);
    const pictures = document.querySelectorAll('meta[property="og:image"]');
    const card = {
      title: meta("ArticleTitle") || document.title,
      desc: meta("Description") || meta("description"),
      link: canonical.href,
      // The last of a page's pictures is the square one, where it has that.
      imgUrl: pictures[pictures.length - 1]?.content ?? "",
    };
    wx.config({ ...signed, jsApiList: ["updateAppMessageShareData", "updateTimelineShareData"] });
    wx.ready(() => {
      wx.updateAppMessageShareData(card);
      wx.updateTimelineShareData(card);
    });
  } catch {
    return;
  }
})();
