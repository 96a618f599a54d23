"""The rows of docs/features.md and the files that each finds; `make files OF=恢复` prints those with words.

Needs nothing but Python and git, so that it can be asked before anything is installed.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Migrations are found by the model, translations by the string, texts of the demo by their folder.
LEFT_OUT = re.compile("articles/migrations/|articles/demo/.+/|locale/|docs/pictures/")


class Feature(NamedTuple):
    """A row: the words that it is looked up by, and the stems, files and folders of the feature."""

    words: str
    names: tuple[str, ...]

    def has(self, path: str) -> bool:
        """Return True if one of the names is in the path, at the beginning of a word."""
        pattern = "|".join(re.escape(name).replace("_", "_?") for name in self.names)
        return bool(re.search(rf"(?:^|[/_-])(?:{pattern})", path, re.IGNORECASE))


def read_features() -> list[Feature]:
    """Return the rows of docs/features.md in their order."""
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", (ROOT / "docs/features.md").read_text("utf-8"), re.MULTILINE)
    return [Feature(words, tuple(re.findall("`(.+?)`", names))) for words, names in rows]


def tracked_files() -> list[str]:
    """Return the files of the repository as paths from its root, without those that are found by others."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [path for path in done.stdout.decode().split("\0") if path and not LEFT_OUT.match(path)]


def find_features(asked: str) -> list[Feature]:
    """Return the rows that have the most of the words, or else have the most of them in their names.

    A word is looked for at the beginning of words: "AI" is in "AI content", not in "mail"; "feeds" finds "feed". Chinese
    is looked for as a whole and in pairs of characters.
    """
    words = {*asked.split(), *re.findall("[!-~]+", asked), *re.findall("(?=([一-鿿]{2}))", asked)}
    stems = {re.sub(r"(?<=\w{3}[^s])s$", "", word) for word in words}  # of plurals
    begins = [re.compile(rf"(?<![a-z0-9]){re.escape(stem)}", re.IGNORECASE) for stem in stems]
    rows = read_features()
    for texts in [row.words for row in rows], [" ".join(row.names) for row in rows]:
        counts = [sum(bool(word.search(text)) for word in begins) for text in texts]
        if any(counts):
            return [row for row, count in zip(rows, counts, strict=True) if count == max(counts)]
    return []


if __name__ == "__main__":
    found = find_features(sys.argv[1])
    for feature in found:
        print(f"{feature.words}\n  " + "\n  ".join(filter(feature.has, tracked_files())))
    if not found:
        sys.exit(f"No row of docs/features.md has the word {sys.argv[1]!r}; its left column has those there are.")
