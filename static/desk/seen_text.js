// Finds places in a page by visible characters (articles/checks/seen.py counts the same way), and marks them
// there without touching the page, so that the marks cannot be saved and the caret does not move.
window.deskSeen = (() => {
  const NOT_SEEN = /[\p{Zs}\p{Zl}\p{Zp}\p{Cc}\p{Cf}\p{Mn}]/u;
  const WEIGHTS = ["info", "warn", "block"];

  // The visible characters of a text, each with its place in it.
  function* seenIn(text) {
    let offset = 0;
    for (const character of text) {
      if (!NOT_SEEN.test(character))
        for (let unit = 0; unit < character.length; unit += 1) yield [character[unit], offset + unit];
      offset += character.length;
    }
  }

  function indexOfLine(text) {
    const found = [...seenIn(text)];
    return { text: found.map(([unit]) => unit).join(""), places: found.map(([, offset]) => offset) };
  }

  // The visible characters below `root`, each with its text node; elements that match `without` are left out.
  function indexOfPage(root, without = "script, style, template") {
    const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
      node.nodeType === 1 && node.matches(without) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
    );
    const units = [];
    const places = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.nodeType !== 3) continue;
      for (const [unit, offset] of seenIn(node.data)) {
        units.push(unit);
        places.push([node, offset]);
      }
    }
    return { text: units.join(""), places };
  }

  // The current range of these words: at their place, or else the nearest to it. null if they are not in the text.
  function find({ text }, [start, end], words) {
    if (text.slice(start, end) === words) return [start, end];
    const before = text.lastIndexOf(words, start);
    const after = text.indexOf(words, start);
    if (before < 0 && after < 0) return null;
    const near = after < 0 || (before >= 0 && start - before <= after - start) ? before : after;
    return [near, near + words.length];
  }

  // A range of the page; where a hit has no words (a picture), of the character that follows, or of the last one.
  function rangeOf({ places }, [start, end]) {
    if (!places.length) return null;
    const first = places[Math.min(start, places.length - 1)];
    const last = places[Math.min(Math.max(end - 1, start), places.length - 1)];
    const range = first[0].ownerDocument.createRange();
    range.setStart(...first);
    range.setEnd(last[0], last[1] + 1);
    return range;
  }

  // Underlines the ranges, by weight, in the window whose page they are of.
  function mark(view, marked) {
    const { highlights } = view.CSS || {};
    if (!highlights) return;
    for (const [order, weight] of WEIGHTS.entries()) {
      const highlight = new view.Highlight(...marked.filter((one) => one.weight === weight).map(({ range }) => range));
      highlight.priority = order;
      highlights.set(`found-${weight}`, highlight);
    }
  }

  // Shows which passage an entry of a list is about, until another one is chosen.
  function point(view, range) {
    const place = range.startContainer.parentElement;
    const box = range.getBoundingClientRect();
    // A frame has its full height, so only the outer window knows which part is visible.
    const isVisible = view === window && box.top >= 80 && box.bottom <= view.innerHeight - 40;
    if (!isVisible) place.scrollIntoView({ block: "center" });
    view.CSS?.highlights?.set("found-here", new view.Highlight(range));
  }

  return { indexOfLine, indexOfPage, find, rangeOf, mark, point };
})();
