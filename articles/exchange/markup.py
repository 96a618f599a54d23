"""HTML and links that portals leave in text files: <p><img src="/1.jpg"></p>, 附件：[名单.xls](/soft/1.xls)"""

import html as entities
import re
from collections.abc import Sequence

_TAG = re.compile(
    r"</?(?:p|div|img|table|tbody|tr|td|th|h[1-6]|ul|ol|li|a|br|b|strong|em|i|u|span|font|center|figure|blockquote)"
    r"(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"(!?)\[([^\[\]\n]{1,200})\]\(([^\s()]{1,500})\)")


def markup_of(paragraphs: Sequence[str]) -> str:
    """Return the paragraphs as HTML, not sanitised, if there are tags or links in them; otherwise ''."""
    if not any(_TAG.search(line) or _LINK.search(line) for line in paragraphs):
        return ""
    return "\n".join(_as_html(line) for line in paragraphs)


def _as_html(line: str) -> str:
    if _TAG.search(line):
        return line if line.startswith("<") else f"<p>{line}</p>"
    return f"<p>{_LINK.sub(_as_tag, entities.escape(line, quote=False))}</p>"


def _as_tag(match: re.Match[str]) -> str:
    """Return the tag for a link or a picture of a line that is escaped except for its quotation marks."""
    address, words = (part.replace('"', "&quot;") for part in (match[3], match[2]))
    return f'<img src="{address}" alt="{words}">' if match[1] else f'<a href="{address}">{match[2]}</a>'
