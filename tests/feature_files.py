"""The rows of docs/features.md, the files that each finds, and those that are most like what somebody asks for.

A row is found by its own phrases, and by the names that its files have by themselves: what the interface says there
(the catalogue knows the files of each string), a file's own name and first sentence, its classes, the settings it
reads and the acts it writes. A new screen is found by its title without a word in the index.

Needs nothing but Python and git, so that it can be asked before anything is installed.
"""

import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, pairwise
from math import log
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Migrations are found by the model, translations by the string, texts of the demo by their folder.
LEFT_OUT = re.compile("articles/migrations/|articles/demo/.+/|locale/|docs/pictures/")
FIRST_SENTENCE = re.compile(r'"""(?P<doc>.+?)(?:[.:;]|"""|\n)|# (?P<title>.+)')
# Classes, names of addresses, settings, and keys of acts in the audit. urls.py names the views of other files.
NAMES_IN_CODE = re.compile(
    r'^class (\w+)|\bname="(\w+)"|(?:settings\.|")([A-Z]+_[A-Z_]+)|"([a-z_]+\.[a-z_]+)"', re.MULTILINE
)
# Words between words: they are looked for only together with the next one ("log in").
BETWEEN = frozenset(
    re.findall(
        "[a-z]+",
        "a an and are as at be by can do does for from has have how i if in into is it its my no not of on one or our "
        "the their this to was we what when where which who whom why will with you your",
    )
)
CHINESE_BETWEEN = "一上下不与个为了什以会但你到前去又后吗和在多她就得怎我把所是有来没的着能要这过里那都"
ENDINGS = re.compile(r"(?<=\w\w)(\w)\1?(?:ing|ed|er|or|e)?(?<![ius])s?$")
FLOORS = {
    "noun": "articles/models/",
    "door": "articles/(?:admin|public|management|templatetags)/",
    "verb": "articles/",
    "page": "templates/",
    "static": "static/",
    "server": "serving/|newsroom/|deploy/",
    "test": "tests/",
    "text": "",
}
# How many rows are found at most, and how like they are at least, compared with the likest.
MOST_ROWS, HARDLY = 12, 1 / 3
# In bytes, three of which are a Chinese character. What is longer is a sentence, in which any word may be.
LONGEST_NAME = 60
# What people ask for counts more than what the code says.
OWN_WORDS = 0.25
# A Chinese character alone says less than two do.
ALONE = 0.5
IN_CHAPTER = 1.0


class Feature(NamedTuple):
    """A row: the words that it is looked up by, and the stems, files and folders of the feature."""

    words: str
    names: tuple[str, ...]

    @property
    def phrases_and_names(self) -> list[str]:
        return [*self.words.split(", "), *self.names]

    def has(self, path: str) -> bool:
        """Return True if one of the names is in the path, at the beginning of a word."""
        return bool(beginnings_of(self.names).search(path))


@cache
def beginnings_of(names: tuple[str, ...]) -> re.Pattern[str]:
    pattern = "|".join(re.escape(name).replace("_", "_?") for name in names)
    return re.compile(rf"(?:^|[/_-])(?:{pattern})", re.IGNORECASE)


class Name(NamedTuple):
    """What some rows may be asked for as: how it is written, its tokens, and what it adds to their likeness."""

    written: str
    tokens: frozenset[str]
    rows: list[Feature]
    bonus: float


@cache
def read_features() -> list[Feature]:
    """Return the rows of docs/features.md in their order."""
    rows = re.findall(r"^\| (.+?) \| (`.+`) \|$", (ROOT / "docs/features.md").read_text("utf-8"), re.MULTILINE)
    return [Feature(words, tuple(re.findall("`(.+?)`", names))) for words, names in rows]


@cache
def read_chapters() -> dict[str, str]:
    """Return the chapters of the manuals by their headings; each heading is among the words of a row."""
    pages = ((ROOT / f"docs/{name}.md").read_text("utf-8") for name in ("editors", "operations", "security"))
    chapters = (re.findall(r"^##+ (.+?)(?: – .+)?\n((?:(?!##).*\n)*)", page, re.MULTILINE) for page in pages)
    return dict(chain.from_iterable(chapters))


@cache
def tracked_files() -> list[str]:
    """Return the files of the repository as paths from its root, without those that are found by others."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [path for path in done.stdout.decode().split("\0") if path and not LEFT_OUT.match(path)]


def names_of_files() -> Iterator[tuple[str, list[str]]]:
    """Return what files are called by themselves, each name with its files."""
    of_code = defaultdict(list)
    for path in tracked_files():
        yield Path(path).stem, [path]
        if path.endswith((".py", ".md")):
            text = (ROOT / path).read_text("utf-8")
            if first := FIRST_SENTENCE.match(text):
                yield first["doc"] or first["title"], [path]
            if path.startswith(("articles/", "newsroom/")) and not path.endswith("/urls.py"):
                for groups in NAMES_IN_CODE.findall(text):
                    of_code["".join(groups)].append(path)
    yield from of_code.items()
    yield from names_of_addresses()
    acts = (ROOT / "articles/models/audit_actions.py").read_text("utf-8")
    files_of_acts = {label: of_code[key] for key, label in re.findall(r'"(.+)": pgettext_lazy\("act", "(.+)"\)', acts)}
    for english, chinese, files in read_catalogue():
        for string in (english, chinese):
            if len(string.encode()) <= LONGEST_NAME:
                yield string, [*files, *files_of_acts.get(english, [])]


def names_of_addresses() -> Iterator[tuple[str, list[str]]]:
    """Return the names of the readers' addresses, each with the module of its view."""
    urls = (ROOT / "articles/public/urls.py").read_text("utf-8")
    for module, name in re.findall(r'\b(\w+)\.\w+,\s*name="(\w+)"', urls):
        yield name, [path for path in tracked_files() if re.match(rf"articles/public/.*\b{module}\.py", path)]


def read_catalogue() -> Iterator[tuple[str, str, list[str]]]:
    """Return the strings of the interface, their Chinese, and the files that have them."""
    catalogue = (ROOT / "locale/zh_Hans/LC_MESSAGES/django.po").read_text("utf-8").replace('"\n"', "")
    for entry in catalogue.split("\n\n"):
        files = " ".join(re.findall("^#: (.+)$", entry, re.MULTILINE)).split()
        if strings := re.findall(r'^msg(?:id|str)\S* "(.+)"$', entry, re.MULTILINE):
            yield strings[0], strings[-1], files


@cache
def read_names() -> tuple[dict[str, list[Name]], dict[str, float]]:
    """Return the names that have each token, and how much tokens weigh."""
    rows = read_features()
    of_file = {path: [row for row in rows if row.has(path)] for path in tracked_files()}
    names = [Name(one, tokens_of(one), [row], OWN_WORDS) for row in rows for one in row.phrases_and_names]
    for name, files in names_of_files():
        rows_of_name = [row for path in files for row in of_file.get(path, [])]
        names.append(Name(name, tokens_of(name), rows_of_name, 0))
    counts = Counter(token for name in names for token in name.tokens)
    having = defaultdict(list)
    for name in names:
        for token in name.tokens:
            having[token].append(name)
    return having, weights_of(counts, len(names))


def weights_of(counts: Counter[str], everything: int) -> dict[str, float]:
    """Return how much tokens weigh: the more, the fewer of `everything` have them."""
    weights = {token: log(1 + everything / count) for token, count in counts.items()}
    return defaultdict(lambda: log(1 + everything), weights)


@cache
def read_vocabularies() -> tuple[dict[Feature, Counter[str]], dict[str, float]]:
    """Return the tokens of each row with the number of its phrases that have them, and how much tokens weigh."""
    vocabularies = {row: Counter(chain.from_iterable(map(tokens_of, row.phrases_and_names))) for row in read_features()}
    rows_having = Counter(chain.from_iterable(vocabularies.values()))
    return vocabularies, weights_of(rows_having, len(vocabularies))


def share_of_phrases(row: Feature, wanted: frozenset[str]) -> float:
    """Return the share of what is wanted that the phrases of the row have together; what several have counts more."""
    vocabularies, weights = read_vocabularies()
    counts = vocabularies[row]
    weigh = {token: weights[token] * (ALONE if len(token) == 1 else 1) for token in wanted}
    return sum(weigh[token] * counts[token] / (counts[token] + 1) for token in wanted) / sum(weigh.values())


class Likeness(NamedTuple):
    """How like a row is to what is asked: by any name, by its own phrases; the name that is most like it, or "" if that
    is a chapter; and by the likest name and all its phrases together, by which rows are ranked.
    """

    of_all: float = 0.0
    of_own: float = 0.0
    by: str = ""
    together: float = 0.0


def find_features(asked: str) -> list[Feature]:
    """Return the rows with a name that is most like what is asked, the likest first."""
    return list(rank_features(asked))


def rank_features(asked: str) -> dict[Feature, Likeness]:
    """Return the rows with a name, or a chapter in the manuals, that is most like what is asked; the likest first."""
    having, weights = read_names()
    wanted = tokens_of(asked)
    found = dict.fromkeys(rows_of_chapters(asked) if wanted else [], Likeness(of_all=IN_CHAPTER))
    for name in chain.from_iterable(having.get(token, []) for token in wanted):
        like = likeness_of(wanted, name.tokens, weights) + name.bonus
        for row in name.rows:
            before = found.get(row, Likeness())
            of_own = max(before.of_own, like if name.bonus else 0.0)
            found[row] = (
                Likeness(like, of_own, name.written) if like > before.of_all else before._replace(of_own=of_own)
            )
    for row, like in found.items():
        found[row] = like._replace(together=like.of_all + share_of_phrases(row, wanted))
    most = max((like.together for like in found.values()), default=0.0)
    rows = [row for row in read_features() if row in found and found[row].together >= HARDLY * most]
    rows.sort(key=lambda row: (found[row].together, found[row].of_own), reverse=True)
    return {row: found[row] for row in rows[:MOST_ROWS]}


def rows_of_chapters(asked: str) -> list[Feature]:
    """Return the rows of the chapters that have what is asked in their text."""
    headings = [heading.lower() for heading, text in read_chapters().items() if asked.lower() in text.lower()]
    return [row for row in read_features() if any(heading in row.words.lower() for heading in headings)]


def likeness_of(wanted: frozenset[str], tokens: frozenset[str], weights: dict[str, float]) -> float:
    """Return the share of what is wanted that a name has, and that of what both have in all that they have, in one."""
    common, all_wanted, either = (
        sum(weights[token] for token in of) for of in (wanted & tokens, wanted, wanted | tokens)
    )
    return common / all_wanted + common / either


def tokens_of(phrase: str) -> frozenset[str]:
    """Return by what a phrase is found: words without their endings, also two as one ("roll back", "rollback"), and
    Chinese characters, alone and in pairs.
    """
    words = re.findall("[a-z0-9]+", re.sub("(?<=[a-z])(?=[A-Z])", " ", phrase).lower())
    stems = [ENDINGS.sub(r"\1", word) for word in words if word not in BETWEEN]
    joined = [ENDINGS.sub(r"\1", "".join(two)) for two in pairwise(words)]
    return frozenset(
        [
            *stems,
            *joined,
            *re.findall(f"(?![{CHINESE_BETWEEN}])[一-鿿]", phrase),
            *re.findall("(?=([一-鿿]{2}))", phrase),
        ]
    )


def files_with(asked: str) -> list[str]:
    """Return the files whose text has what is asked: names in the code, and those of other systems."""
    done = subprocess.run(["git", "grep", "-ilFIe", asked], cwd=ROOT, capture_output=True, text=True)
    return [path for path in done.stdout.splitlines() if not LEFT_OUT.match(path) and path != "docs/features.md"]


def floor_of(path: str) -> str:
    """Return on which floor of the house a file is (docs/architecture.md), or what else it is."""
    return next(floor for floor, beginning in FLOORS.items() if re.match(beginning, path))


def by_floor(paths: Iterable[str]) -> list[str]:
    """Return the files in the order of FLOORS, each floor in that of the alphabet."""
    return sorted(paths, key=lambda path: (list(FLOORS).index(floor_of(path)), path))
