// The share poster (海报): title, lead, picture, date and code of the article as one picture, drawn by the reader's own
// device with the fonts it has. What it says is what the page says to machines; nothing is fetched but the article's
// own picture and code.
(() => {
  const button = document.querySelector('[data-tool="poster"]');
  const share = document.querySelector(".share");
  const text = (selector) => document.querySelector(selector)?.textContent.trim() ?? "";
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext?.("2d");
  if (!button || !pen) return;
  const WIDTH = 750;
  const EDGE = 56;
  const INNER = WIDTH - 2 * EDGE;
  const CODE = 328; // as in its file, so that every module has the same whole number of pixels
  const MOST = 300_000; // bytes; messengers squeeze larger pictures until the code cannot be read
  const PAPER = "#fdfcf9";
  const INK = "#1d1b18";
  const QUIET = "#5f5a52";
  const accent = button.dataset.accent;
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
  // A line must not begin with these, nor end with those (clreq).
  const NOT_FIRST = /^[,。、;:?!)》」』”’】〉·…—,.;:?!)\]%]/u;
  const NOT_LAST = /[(《「『“‘【〈([]$/u;

  const lines = (words, font, most) => {
    pen.font = font;
    const found = [""];
    for (const piece of words.match(/[\w.,:%/+-]+|\s+|./gu) ?? []) {
      let line = found[found.length - 1];
      if (!line && !piece.trim()) continue;
      if (pen.measureText(line + piece).width <= INNER || NOT_FIRST.test(piece)) {
        found[found.length - 1] = line + piece;
        continue;
      }
      let carried = "";
      while (NOT_LAST.test(line)) {
        carried = line.slice(-1) + carried;
        line = line.slice(0, -1);
      }
      found[found.length - 1] = line;
      found.push(carried + piece.trim());
    }
    const kept = found.filter(Boolean);
    return kept.length > most ? [...kept.slice(0, most - 1), `${kept[most - 1].slice(0, -1)}…`] : kept;
  };
  const image = (source) =>
    new Promise((done) => {
      if (!source) return done(null);
      const found = new Image();
      found.onload = () => done(found);
      found.onerror = () => done(null); // the poster is made without it
      found.src = source;
    });

  // Four characters of the address are three bytes.
  const encoded = (quality = 0.86) => {
    const address = canvas.toDataURL("image/jpeg", quality);
    return address.length * 0.75 < MOST || quality < 0.3 ? address : encoded(quality - 0.1);
  };

  const draw = async () => {
    const style = getComputedStyle(document.documentElement);
    const song = style.getPropertyValue("--song");
    const hei = style.getPropertyValue("--hei");
    // Same origin as the page: others would taint the canvas.
    const cover = meta("Image") && new URL(meta("Image")).pathname;
    const [picture, code] = await Promise.all([image(cover), image(document.querySelector(".codes img").src)]);
    const font = `700 46px ${song}`;
    const whole = text(".story h1");
    // A title of two halves breaks between them, as on the page.
    const title = (lines(whole, font, 2).length > 1 ? whole.split(/\s+/) : [whole])
      .flatMap((half) => lines(half, font, 2))
      .slice(0, 4);
    const lead = lines(meta("Description"), `28px ${hei}`, 5);
    const high = picture ? Math.min(Math.round((WIDTH * picture.naturalHeight) / picture.naturalWidth), WIDTH) : 0;
    const below = 128 + high + 48 + title.length * 64 + 20 + lead.length * 46 + 28;
    canvas.width = WIDTH;
    canvas.height = below + 48 + CODE + 56;
    const write = (words, font, colour, x, y, widest) => {
      pen.font = font;
      pen.fillStyle = colour;
      pen.fillText(words, x, y, widest);
    };
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, WIDTH, canvas.height);
    pen.fillStyle = accent;
    pen.fillRect(0, 0, WIDTH, 12);
    write(text(".name"), `700 36px ${song}`, accent, EDGE, 82);
    if (picture) {
      const cut = (high * picture.naturalWidth) / WIDTH; // the middle, where it is taller than the poster is wide
      pen.drawImage(picture, 0, (picture.naturalHeight - cut) / 2, picture.naturalWidth, cut, 0, 128, WIDTH, high);
    }
    let y = 128 + high + 84;
    for (const line of title) {
      write(line, font, INK, EDGE, y);
      y += 64;
    }
    y += 12;
    for (const line of lead) {
      write(line, `28px ${hei}`, QUIET, EDGE, y);
      y += 46;
    }
    pen.fillStyle = INK;
    pen.fillRect(EDGE, below, INNER, 2);
    if (code) pen.drawImage(code, WIDTH - EDGE - CODE, below + 40, CODE, CODE);
    for (const [n, words] of [button.dataset.say, meta("ContentSource"), meta("PubDate")].entries()) {
      write(words, `${n ? 400 : 600} 28px ${hei}`, n ? QUIET : INK, EDGE, below + 84 + n * 48, INNER - CODE);
    }
    return encoded();
  };

  button.hidden = false;
  let drawing = false; // a disabled button loses the focus
  button.addEventListener("click", async () => {
    if (drawing) return;
    drawing = true;
    const made = await draw();
    if (!share.querySelector(".poster")) {
      share.querySelector(".popup").append(share.querySelector("template").content.cloneNode(true));
      share.querySelector(".poster").prepend(new Image());
    }
    const frame = share.querySelector(".poster");
    const shown = frame.querySelector("img");
    shown.src = frame.querySelector("a").href = made;
    shown.width = canvas.width;
    shown.height = canvas.height;
    shown.alt = `${button.textContent.trim()}: ${text(".story h1")}`;
    frame.scrollIntoView({ block: "nearest" });
    drawing = false;
  });
})();
