// Checks an evidence pack, or an article by its number, against the public log, in the reader's own browser: hashes and
// signatures by Web Crypto. A dropped pack needs no network. The formats are C2SP's; the site's own check is in Python.
(() => {
  const page = document.querySelector("[data-log-check]");
  if (!page || !globalThis.crypto?.subtle) return;
  const results = page.querySelector("output");
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  page.querySelector("form").hidden = false;

  // --- hashes and trees (RFC 6962) ---

  const bytes = (text, radix = 64) =>
    radix === 16
      ? Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
      : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const joined = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
  const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const leafHash = (data) => sha256(joined([0], data));
  const nodeHash = (left, right) => sha256(joined([1], left, right));

  const rootOfProof = async (index, size, leaf, proof) => {
    let place = index;
    let last = size - 1;
    let found = leaf;
    for (const sibling of proof) {
      if (last === 0) throw new Error("proof");
      if (place % 2 || place === last) {
        found = await nodeHash(sibling, found);
        while (place && place % 2 === 0) {
          place = Math.floor(place / 2);
          last = Math.floor(last / 2);
        }
      } else found = await nodeHash(found, sibling);
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    if (last) throw new Error("proof");
    return hex(found);
  };

  // --- signed notes ---

  const readCheckpoint = (note) => {
    const [origin, size, root] = note.split("\n");
    return { origin, size: Number(size), root: hex(bytes(root)) };
  };

  const isSigned = async (note, verifiers) => {
    const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
    for (const line of note.slice(text.length + 1).split("\n")) {
      const [, name, encoded] = line.split(" ");
      for (const verifier of verifiers) {
        const [keyName, id] = verifier.split("+", 2);
        const raw = bytes(encoded ?? "");
        if (keyName !== name || hex(raw.slice(0, 4)) !== id) continue;
        const key = bytes(verifier.slice(keyName.length + id.length + 2)).slice(1);
        const algorithm = { name: "Ed25519" };
        const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["verify"]);
        if (await crypto.subtle.verify(algorithm, imported, raw.slice(4), encoder.encode(text))) return true;
      }
    }
    return false;
  };

  // --- a state of the log that somebody kept: the note, or what a printed code says ---

  const KEPT = /(?:^|[/#])(0|[1-9]\d{0,15})-([A-Z2-7]{52})-([A-Z2-7]{109})\s*$/i;

  const unbase32 = (text) => {
    let bits = "";
    for (const letter of text.toUpperCase())
      bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
    return btoa(
      bits
        .match(/.{8}/g)
        .map((byte) => String.fromCharCode(Number.parseInt(byte, 2)))
        .join(""),
    );
  };

  const noteOf = (text, origin) => {
    const [, size, root, signature] = text.match(KEPT);
    return `${origin}\n${size}\n${unbase32(root)}\n\n— ${origin} ${unbase32(signature)}\n`;
  };

  // --- the site's log ---

  let stopping = new AbortController();
  const fetched = async (path) => {
    const answer = await fetch(path, { signal: stopping.signal });
    if (!answer.ok) throw new Error(path);
    return new Uint8Array(await answer.arrayBuffer());
  };

  const tilePath = (level, number, width) => {
    const groups = [String(number % 1000).padStart(3, "0")];
    for (let rest = Math.floor(number / 1000); rest; rest = Math.floor(rest / 1000))
      groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
    return `/log/tile/${level}/${groups.join("/")}${width === 256 ? "" : `.p/${width}`}`;
  };

  const readTree = (size) => {
    const kept = new Map();
    const tile = (level, number, kind = level) => {
      const width = Math.min(256, Math.floor(size / 256 ** level) - number * 256);
      const path = tilePath(kind, number, width);
      if (!kept.has(path)) kept.set(path, fetched(path));
      return kept.get(path);
    };
    const subtree = async (level, index) => {
      const tileLevel = Math.floor(level / 8);
      const first = index * 2 ** (level % 8);
      const body = await tile(tileLevel, Math.floor(first / 256));
      let row = Array.from({ length: 2 ** (level % 8) }, (_, n) =>
        body.slice(((first % 256) + n) * 32, ((first % 256) + n + 1) * 32),
      );
      while (row.length > 1)
        row = await Promise.all(row.flatMap((left, n) => (n % 2 ? [] : [nodeHash(left, row[n + 1])])));
      return row[0];
    };
    const root = async (first, end) => {
      const count = end - first;
      const level = Math.floor(Math.log2(count));
      if (2 ** level === count) return subtree(level, first / count);
      const middle = first + 2 ** level;
      return nodeHash(await root(first, middle), await root(middle, end));
    };
    const leaf = async (index) => {
      const body = await tile(0, Math.floor(index / 256), "entries");
      let place = 0;
      for (let n = index % 256; n; n -= 1) place += 2 + body[place] * 256 + body[place + 1];
      return body.slice(place + 2, place + 2 + body[place] * 256 + body[place + 1]);
    };
    return { leaf, root: (end) => root(0, end), stored: async (index) => subtree(0, index) };
  };

  const checkArticle = async (number) => {
    const known = JSON.parse(decoder.decode(await fetched(`/api/v1/articles/${number}/editions`)));
    const note = decoder.decode(await fetched("/log/checkpoint"));
    const checkpoint = readCheckpoint(note);
    const tree = readTree(checkpoint.size);
    say(await isSigned(note, page.dataset.keys.split(" ")), "signed");
    say(hex(await tree.root(checkpoint.size)) === checkpoint.root, "root");
    for (const edition of known.editions) {
      const index = edition.logged;
      if (index === null) {
        say(false, "edition", edition.number);
        continue;
      }
      const data = await tree.leaf(index);
      const facts = JSON.parse(decoder.decode(data));
      const isRight = hex(await leafHash(data)) === hex(await tree.stored(index)) && facts.digest === edition.digest;
      say(isRight && facts.article === number && facts.edition === edition.number, "edition", edition.number, index);
    }
  };

  const checkKept = async (text) => {
    const note = decoder.decode(await fetched("/log/checkpoint"));
    const now = readCheckpoint(note);
    const kept = KEPT.test(text) ? noteOf(text, now.origin) : text;
    const { origin, size, root } = readCheckpoint(kept);
    const tree = readTree(now.size);
    const keys = page.dataset.keys.split(" ");
    say(await isSigned(note, keys), "signed");
    say(hex(await tree.root(now.size)) === now.root, "root");
    say(await isSigned(kept, keys), "kept-signed");
    const begins = origin === now.origin && size <= now.size && hex(await tree.root(size)) === root;
    say(begins, "kept", "", size);
  };

  // --- packs ---

  const unzipped = async (file) => {
    const data = new Uint8Array(await file.arrayBuffer());
    const view = new DataView(data.buffer);
    const end = data.findLastIndex((_, n) => n + 22 <= data.length && view.getUint32(n, true) === 0x06054b50);
    const members = new Map();
    let place = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left; left -= 1) {
      const [nameSize, extraSize, commentSize] = [28, 30, 32].map((at) => view.getUint16(place + at, true));
      const name = decoder.decode(data.subarray(place + 46, place + 46 + nameSize));
      const start = view.getUint32(place + 42, true);
      const first = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
      const packed = data.subarray(first, first + view.getUint32(place + 20, true));
      const isStored = view.getUint16(place + 10, true) === 0;
      members.set(name, async () => {
        const body = new Blob([packed]).stream();
        const plain = isStored ? body : body.pipeThrough(new DecompressionStream("deflate-raw"));
        return new Uint8Array(await new Response(plain).arrayBuffer());
      });
      place += 46 + nameSize + extraSize + commentSize;
    }
    return members;
  };

  // Canonical JSON, as Python writes it with sorted keys.
  const canonical = (value) => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const byCodePoint = (one, other) => (one < other ? -1 : 1);
    const keys = Object.keys(value).sort(byCodePoint);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  };
  const digest = async (value) => hex(await sha256(encoder.encode(canonical(value))));
  const instant = (text) => text.replace(/(:\d\d)(\+00:00)$/, "$1.000000$2");

  const signsDigest = async (edition, rows) => {
    const chain = [];
    for (let row = rows.get(edition.sign_off); row; row = rows.get(row.previous)) chain.unshift(row);
    const facts = page.dataset.signed.split(" ");
    const signed = chain.map((row) => Object.fromEntries(facts.map((name) => [name, row[name]])));
    return signed.length ? digest(signed.map((row) => ({ ...row, at: instant(row.at) }))) : "";
  };

  const checkPack = async (file) => {
    const members = await unzipped(file);
    const json = async (name) => JSON.parse(decoder.decode(await members.get(name)()));
    const manifest = await json("manifest.json");
    let whole = members.size === Object.keys(manifest.files).length + 1;
    for (const [name, hash] of Object.entries(manifest.files))
      whole &&= members.has(name) && hex(await sha256(await members.get(name)())) === hash;
    say(whole, "files");
    const note = decoder.decode(await members.get("log/checkpoint")());
    const checkpoint = readCheckpoint(note);
    say(await isSigned(note, page.dataset.keys.split(" ")), "signed");
    const leaves = new Map();
    let included = true;
    for (const row of (await json("log/proofs.json")).leaves) {
      const proof = row.proof.map((text) => bytes(text, 16));
      const leaf = await leafHash(encoder.encode(row.data));
      included &&= (await rootOfProof(row.index, checkpoint.size, leaf, proof)) === checkpoint.root;
      const facts = JSON.parse(row.data);
      if (["first", "update", "correction", "archive"].includes(facts.kind))
        leaves.set(`${facts.article}/${facts.edition}`, { ...facts, index: row.index });
    }
    say(included, "root");
    const rows = new Map((await json("sign_offs.json")).map((row) => [row.id, row]));
    for (const name of [...members.keys()].filter((each) => each.startsWith("editions/"))) {
      const edition = await json(name);
      const place = `${manifest.article}/${edition.number}`;
      const facts = leaves.get(place);
      leaves.delete(place);
      const isRight =
        facts?.digest === (await digest(edition.content)) &&
        facts.at === instant(edition.published_at) &&
        facts.basis === edition.basis &&
        facts.signs === (await signsDigest(edition, rows));
      say(isRight, "edition", edition.number, facts?.index);
    }
    for (const { article, edition } of leaves.values())
      if (article === manifest.article) say(false, "edition", edition); // it was left out
  };

  // --- the page ---

  const say = (isRight, what, edition, index) => {
    const line = document.createElement("p");
    const sentence = page.querySelector(`template[data-say="${what}-${isRight ? "right" : "wrong"}"]`);
    line.textContent = sentence.content.textContent.trim().replace("{edition}", edition).replace("{index}", index);
    line.className = isRight ? "right" : "wrong";
    results.append(line);
  };

  // A new check ends the one before, or their lines would be mixed.
  let running = Promise.resolve();
  const run = (check) => {
    stopping.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    running = running.then(async () => {
      if (signal.aborted) return;
      results.replaceChildren();
      await check().catch(() => say(false, "read"));
    });
  };

  const checkFile = async (file) => {
    const isPack = decoder.decode(await file.slice(0, 2).arrayBuffer()) === "PK";
    return isPack ? checkPack(file) : checkKept(await file.text());
  };
  // Files of a drop and of the field are taken at once: later they may be gone, or others.
  const runFirst = ([file]) => file && run(() => checkFile(file));
  const input = page.querySelector("input[type=file]");
  input.addEventListener("change", () => runFirst(input.files));
  page.addEventListener("dragover", (event) => event.preventDefault());
  page.addEventListener("drop", (event) => {
    event.preventDefault();
    runFirst(event.dataTransfer.files);
  });
  const number = page.querySelector("input[name=number]");
  page.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = number;
    if (KEPT.test(value)) return run(() => checkKept(value));
    const found = value.match(/\d+/g)?.pop();
    if (found) run(() => checkArticle(Number(found)));
  });
  if (KEPT.test(location.hash)) run(() => checkKept(location.hash));
  if (/^#\d+$/.test(location.hash)) {
    number.value = location.hash.slice(1);
    run(() => checkArticle(Number(number.value)));
  }
})();
