"""Parts of readers' pages that templates ask for."""

import re
from collections.abc import Hashable, Iterable
from datetime import datetime

from django import template
from django.template import Context
from django.template.base import Node, Parser, Token
from django.template.loader import get_template
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ..comparing import TextSpan
from ..search.finding import SnippetPart

register = template.Library()
HAN = re.compile("[\u3400-\u9fff]")
SPAN_HTML = {"same": "{}", "added": "<ins>{}</ins>", "removed": "<del>{}</del>"}
CURRENT = "chrome.current"  # where it is kept while one page is rendered


@register.simple_tag(takes_context=True)
def shared_chrome(context: Context, name: str, **given: Hashable) -> SafeString:
    """What is the same on every page of a section, rendered once where many pages are rendered together (baking).

    The template `name` with nothing but `site`, what is `given`, and `current`: the address of the section of the first
    level that the page stands in, or of the home page. Kept in `site`, which pages that are baked together share.
    """
    site = context["site"]
    kept = context.render_context
    if CURRENT not in kept:
        crumbs = context.get("crumbs") or getattr(context.get("page"), "crumbs", None)
        path = context["request"].path if "request" in context else ""
        kept[CURRENT] = crumbs[0].url if crumbs else path if path == "/" else ""
    current = kept[CURRENT]
    key = (name, current, *given.items())
    if key not in site.rendered:
        site.rendered[key] = get_template(name).render({"site": site, "current": current, **given})
    return site.rendered[key]


class LabelNode(Node):
    """A `translate_label` of words that stand in the template: they are looked up once for each language, and kept."""

    def __init__(self, node: TranslateNode) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The words in the language of the moment."""
        language = get_language()
        if language not in self.said:
            self.said[language] = self.node.render(context)
        return self.said[language]


@register.tag("translate")
def translate_label(parser: Parser, token: Token) -> Node:
    """Django's own tag, for templates that load `parts` after `i18n`: labels were a tenth of what a page cost."""
    node = do_translate(parser, token)
    words = token.split_contents()[1]
    stands_here = words[0] in "\"'" and words[0] == words[-1]  # neither a variable nor filtered
    return LabelNode(node) if stands_here and node.asvar is None else node


@register.filter
def format_moment(instant: datetime) -> SafeString:
    """An instant to the minute, as the norm prints it (YYYY-MM-DD HH:MM), in the site's zone; with its machine's form."""
    local = timezone.localtime(instant)
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%dT%H:%M%z}", f"{local:%Y-%m-%d %H:%M}")


@register.filter
def title_halves(title: str) -> str:
    """A title whose halves stay together where a line has room for one (虚实题之间以空格分开); each is a line of its own, and
    breaks in even parts, where it has not. Titles of words with spaces between them (in Latin letters) are left alone.
    """
    parts = title.split()
    if len(parts) < 2 or not all(HAN.search(part) for part in parts):
        return title
    return format_html_join(" ", "<span>{}</span>", ((part,) for part in parts))


@register.filter
def changed_spans(spans: Iterable[TextSpan]) -> SafeString:
    """A compared line as HTML: what was added as `ins`, what was removed as `del`."""
    return format_html_join("", "{}", ((format_html(SPAN_HTML[span.kind], span.text),) for span in spans))


@register.filter
def found_parts(parts: Iterable[SnippetPart]) -> SafeString:
    """A title or snippet that a search found as HTML: the words that were searched for as `mark`."""
    marked = (format_html("<mark>{}</mark>", part.text) if part.found else part.text for part in parts)
    return format_html_join("", "{}", ((part,) for part in marked))


@register.filter
def linked(text: str, url: str | None) -> str:
    """The text as a link to `url`, or as it is where there is no address."""
    return format_html('<a href="{}">{}</a>', url, text) if url else text


@register.filter
def linked_away(text: str, url: str | None) -> str:
    """As `linked`, to another site, which gets no hold of our window."""
    return format_html('<a href="{}" rel="noopener">{}</a>', url, text) if url else text


@register.filter
def srcset(renditions: Iterable[tuple[int, str]]) -> str:
    """The renditions of a picture, (width in pixels, address), as the `srcset` of an `img`."""
    return ", ".join(f"{address} {width}w" for width, address in renditions)
