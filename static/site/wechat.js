// In WeChat's browser only, and only if the newsroom has set it up: passes title, lead and
// picture to WeChat's script for the card that a reader forwards. If anything fails, WeChat makes a card of
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
