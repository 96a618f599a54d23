"""How a text is built (CHK-09): its title, its first paragraph, descriptions and captions of pictures, heads of tables.

Headings need no rule: saving brings them into order (sanitising).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ..models import Credit
from ..models.ai_use import AiUse, declared_ai_use, labelled_ai_use
from .rules import Rule, Severity, SourceMatch

STRUCTURE = _("Structure")
TITLE_ENDS = Rule(
    "title_ends_with_mark",
    STRUCTURE,
    Severity.WARN,
    _("The title ends with the mark “%(words)s”."),
    _("Titles end without a full stop or comma."),
)
TITLE_LONG = Rule(
    "title_too_long",
    STRUCTURE,
    Severity.INFO,
    _("The title has more than thirty characters: “%(words)s”."),
    _("Shorten it, or give lists a short title."),
)
NO_FIRST_PARAGRAPH = Rule(
    "first_paragraph_missing",
    STRUCTURE,
    Severity.INFO,
    _("The text begins without a paragraph: “%(words)s” comes first."),
    _("Add a first paragraph that says what happened."),
)
UNDESCRIBED = Rule(
    "picture_without_description",
    STRUCTURE,
    Severity.WARN,
    _("The %(words)s has no description for people who cannot see it."),
    _("Say in one sentence what it shows."),
)
UNCAPTIONED = Rule(
    "picture_without_caption", STRUCTURE, Severity.INFO, _("The %(words)s has no caption."), _("Add one below it.")
)
PHOTOGRAPHER_MISSING = Rule(
    "photographer_missing",
    STRUCTURE,
    Severity.WARN,
    _("Nobody is named as the photographer of the %(words)s."),
    _("Name them in the picture's photo credit, in the caption or in the credits."),
)
AI_UNDECLARED = Rule(
    "ai_not_declared",
    STRUCTURE,
    Severity.WARN,
    _("The file of the %(words)s says that it was made wholly or partly by AI; the article does not declare it."),
    _("Declare it, so that readers are told, or take another file."),
)
AI_UNLABELLED = Rule(
    "ai_without_label",
    STRUCTURE,
    Severity.INFO,
    _("It is declared that AI was used: %(words)s. No file of the text says so."),
    _("Check that the right part is declared; many programs remove the label of a file."),
)
CREDENTIALS_UNJUDGED = Rule(
    "credentials_not_judged",
    STRUCTURE,
    Severity.INFO,
    _("The file of the %(words)s has content credentials (C2PA) that do not say whether AI made it."),
    _("Ask the person who took or made it; declare AI if it was used."),
)
HEADLESS_TABLE = Rule(
    "table_without_head",
    STRUCTURE,
    Severity.INFO,
    _("The table that begins with “%(words)s” has no header."),
    _("Make its first row or column a header."),
)
EMPTY_LINK = Rule(
    "link_says_nothing",
    STRUCTURE,
    Severity.WARN,
    _("The link “%(words)s” does not say where it leads."),
    _("Write what readers find there."),
)

LONGEST_TITLE = 30  # characters; marks and spaces do not count
_SHOWN = 20
_TITLE_END = re.compile(r"[。，、；：,;]$|(?<!\.)\.$")
_MARKS = re.compile(r"[\s，。、；：？！“”‘’《》（）()—…·,.:;?!\"|｜-]+")
_IMAGE = re.compile(r"<img [^<>]*>")
_ALT = re.compile(r' alt="([^"]+)"')
_FIGURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_LINK = re.compile(r"<a [^<>]*>(.*?)</a>", re.DOTALL)
_SAYS_NOTHING = re.compile(
    r"(?:请?(?:点击|点|戳|猛戳|单击)(?:这里|此处|这儿|此|链接|查看|进入|打开)?|这里|此处|链接|地址|网址|here|click here)",
    re.I,
)
_FIRST_BLOCK = re.compile(r"\s*<(?P<name>h[234]|ul|ol|table)>")
_NAMES_PHOTOGRAPHER = re.compile("摄|供图|图源|图片来源|来源|提供|截图|制图|绘|资料图|图/|图：")
# Latin letters part words: AI, AIGC, but not MAIN or AIR.
_DECLARES_AI = re.compile(r"(?<![A-Za-z])AI(?:GC)?(?![A-Za-z])|人工智能|智能生成|算法生成", re.IGNORECASE)
_PHOTO_ROLES = {Credit.Role.PHOTO.value, Credit.Role.TEXT_PHOTO.value}


def find_wrong_structure(content: Mapping[str, Any]) -> Iterator[SourceMatch]:
    """Yield what is missing in, or wrong with, the structure of a revision's content."""
    title, body = content["title"], content["body"]
    if match := _TITLE_END.search(title.rstrip()):
        yield SourceMatch(TITLE_ENDS, "title", *match.span(), shown=match[0])
    if len(_MARKS.sub("", title)) > LONGEST_TITLE:
        yield SourceMatch(TITLE_LONG, "title", 0, len(title), shown=f"{title[:_SHOWN]}…")
    if match := _FIRST_BLOCK.match(body):
        yield SourceMatch(NO_FIRST_PARAGRAPH, "body", *match.span("name"), shown=_beginning(body[match.start() :]))
    yield from _find_wrong_pictures(content)
    yield from _find_wrong_ai_use(content)
    for match in _TABLE.finditer(body):
        if "<th" not in match[0]:
            yield SourceMatch(HEADLESS_TABLE, "body", match.start(), match.start() + 7, shown=_beginning(match[0]))
    for match in _LINK.finditer(body):
        words = strip_tags(match[1]).strip(" 　“”《》>»：:。!！")
        if _SAYS_NOTHING.fullmatch(words):
            yield SourceMatch(EMPTY_LINK, "body", *match.span(1), shown=words)


def _find_wrong_pictures(content: Mapping[str, Any]) -> Iterator[SourceMatch]:
    body, pictures = content["body"], {picture["file"]: picture for picture in content["pictures"]}
    figures = [(match.span(), " ".join(_CAPTION.findall(match[0]))) for match in _FIGURE.finditer(body)]
    credited = any(credit["role"] in _PHOTO_ROLES for credit in content.get("credits", ()))
    declared = AiUse.PICTURES in declared_ai_use(content).parts
    for number, match in enumerate(_IMAGE.finditer(body), start=1):
        picture: Mapping[str, Any] = next((facts for file, facts in pictures.items() if file in match[0]), {})
        caption = next((words for (start, end), words in figures if start <= match.start() < end), "")
        shown = _now("picture %(number)d") % {"number": number}
        if not (_ALT.search(match[0]) or picture.get("alt")):
            yield SourceMatch(UNDESCRIBED, "body", *match.span(), shown=shown)
        if not caption.strip():
            yield SourceMatch(UNCAPTIONED, "body", *match.span(), shown=shown)
        if not (credited or picture.get("credit") or _NAMES_PHOTOGRAPHER.search(caption)):
            yield SourceMatch(PHOTOGRAPHER_MISSING, "body", *match.span(), shown=shown)
        if declared or _DECLARES_AI.search(f"{caption} {picture.get('credit')}"):
            continue
        if picture.get("ai_label"):
            yield SourceMatch(AI_UNDECLARED, "ai_use", 0, 0, shown=shown)
        elif picture.get("credentials"):
            yield SourceMatch(CREDENTIALS_UNJUDGED, "ai_use", 0, 0, shown=f"{shown} ({picture['credentials']})")


def _find_wrong_ai_use(content: Mapping[str, Any]) -> Iterator[SourceMatch]:
    """Yield films and recordings whose label is not declared, and what is declared without any label."""
    declared, labelled = declared_ai_use(content).parts, labelled_ai_use(content).parts
    for attachment in content["attachments"] if AiUse.FILM not in declared else ():
        if attachment.get("ai_label"):
            yield SourceMatch(AI_UNDECLARED, "ai_use", 0, 0, shown=attachment["name"])
        elif attachment.get("credentials"):
            shown = f"{attachment['name']} ({attachment['credentials']})"
            yield SourceMatch(CREDENTIALS_UNJUDGED, "ai_use", 0, 0, shown=shown)
    for part in declared:
        if part != AiUse.TEXT and part not in labelled:
            yield SourceMatch(AI_UNLABELLED, "ai_use", 0, 0, shown=str(AiUse(part).label))


def _beginning(html: str) -> str:
    words = " ".join(strip_tags(html[:1000].replace("<", " <")).split())
    return f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words
