// Word and WPS put pictures only into the RTF version of the text, as rows of hexadecimal digits.
(() => {
  CKEDITOR.newsroom = CKEDITOR.newsroom || {};

  // The pictures in RTF, in order: a file, or null for one in a format that no browser shows (WMF, EMF).
  CKEDITOR.newsroom.rtfPictures = (rtf) => {
    const found = [];
    for (let at = rtf.indexOf("{\\pict"); at >= 0; at = rtf.indexOf("{\\pict", at + 1)) {
      // A second form of the same picture, for old programs.
      if (/\\nonshppict\s*$/.test(rtf.slice(Math.max(0, at - 30), at))) continue;
      found.push(picture(rtf.slice(at, endOfGroup(rtf, at))));
    }
    return found;
  };

  function endOfGroup(rtf, start) {
    let depth = 0;
    for (let at = start; at < rtf.length; at++) {
      if (rtf[at] === "{") depth++;
      else if (rtf[at] === "}" && --depth === 0) return at;
    }
    return rtf.length;
  }

  function picture(group) {
    const kind = group.match(/\\(png|jpeg)blip/)?.[1];
    const digits = group
      .slice(group.lastIndexOf("}") + 1)
      .match(/[0-9a-f\s]*$/i)[0]
      .replace(/\s/g, "");
    if (!kind || !digits) return null;
    const bytes = new Uint8Array(digits.length / 2);
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.substr(at * 2, 2), 16);
    return new File([bytes], `pasted.${kind}`, { type: `image/${kind}` });
  }
})();
