"""What the text of an article gets when it is shown, and only then: stored texts, feeds and exports are without it."""

import html
import re
from itertools import count

from django.utils.html import escape, format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# A number with its unit: 3.6万人, 412余户, 15平方公里, 第2段. Browsers keep 12.5% together by themselves.
MEASURE = re.compile(
    r"第?\d[\d.,]{0,24}[多余]?[十百千万亿]{0,8}"
    r"(?:平方公里|平方米|立方米|公里|公斤|公顷|千米|厘米|毫米|千克|毫升|千瓦时|千瓦|小时|分钟|人次|美元|[\u4e00-\u9fff])"
)
_TAG_OR_MEASURE = re.compile(rf"(?P<tag><[^<>]*>)|{MEASURE.pattern}")
TABLE = re.compile(r"<table>(?:<caption>(.*?)</caption>)?", re.DOTALL)


def keep_measures_together(body: str) -> str:
    """Return the text with each number and its unit in a <span>, which the style sheet keeps on one line."""
    return _TAG_OR_MEASURE.sub(lambda found: found["tag"] or f'<span class="n">{found[0]}</span>', body)


def typeset_line(text: str) -> SafeString:
    """Return a line of plain text, such as a note, as HTML in which numbers stay with their units."""
    found = list(MEASURE.finditer(text))
    ends = [0, *(measure.end() for measure in found)]
    kept = [(text[end : measure.start()], measure[0]) for end, measure in zip(ends, found, strict=False)]
    return format_html("{}{}", format_html_join("", '{}<span class="n">{}</span>', kept), text[ends[-1] :])


def let_tables_scroll(body: str) -> str:
    """Return the text with each table in a region that scrolls sideways by finger and by keyboard.

    The page itself does not. The region is named by the table's caption, else by its number if there are several.
    """
    tables, numbers = body.count("<table>"), count(1)

    def region(found: re.Match[str]) -> str:
        number = next(numbers)
        unnamed = f"{_('Table')} {number}" if tables > 1 else _("Table")
        caption = " ".join(html.unescape(strip_tags(found[1] or "")).split())
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption or unnamed)}">{found[0]}'

    return TABLE.sub(region, body).replace("</table>", "</table></div>") if tables else body
