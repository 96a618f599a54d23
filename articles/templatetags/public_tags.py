"""Template tags and filters of readers' pages."""

import re
from collections.abc import Hashable, Iterable
from datetime import datetime, tzinfo
from functools import lru_cache

from django import template
from django.template import Context
from django.template.base import Node, Parser, Token
from django.template.defaulttags import URLNode, url
from django.template.loader import get_template
from django.templatetags.i18n import TranslateNode, do_translate
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from ..comparing import TextSpan
from ..models import SiteSettings
from ..models.quick_paths import fixed_path, numbered_path
from ..sanitising import mark_kept_html
from ..search.snippets import SnippetPart

register = template.Library()
TITLE_PARTS = re.compile(r"\s+|(?<=[，。：；！？])")
SPAN_HTML = {"same": "{}", "added": "<ins>{}</ins>", "removed": "<del>{}</del>"}


@register.simple_tag(takes_context=True)
def shared_chrome(context: Context, name: str, *, mark_section: bool = False, **given: Hashable) -> SafeString:
    """Return a part that is the same on every page, or with `mark_section` on every page of a section; it is rendered
    once for pages that are baked together.

    The template `name` gets only `site` and the arguments `given`; with `mark_section` also `current`: the address of
    the page's section of the first level, or of the home page. The result is cached in `site`, which pages that are
    baked together share.
    """
    site = context["site"]
    if mark_section:
        given["current"] = _current_section(context)
    rendered = site.rendered
    key = (name, *given.items())
    if key not in rendered:
        rendered[key] = get_template(name).render({"site": site, **given})
    return rendered[key]


def _current_section(context: Context) -> str:
    crumbs = context.get("crumbs") or getattr(context.get("page"), "crumbs", None)
    path = context["request"].path if "request" in context else ""
    return crumbs[0].url if crumbs else path if path == "/" else ""


class PathNode(Node):
    """The node of `{% url %}` with a constant route and at most one argument, a number."""

    def __init__(self, node: URLNode, route: str) -> None:
        self.node = node
        self.route = route

    def render(self, context: Context) -> str:
        """Return the path; Django's node reports invalid numbers."""
        if not self.node.args:
            return fixed_path(self.route)
        number = self.node.args[0].resolve(context)
        return numbered_path(self.route, number) if isinstance(number, int) else self.node.render(context)


@register.tag("url")
def quick_url(parser: Parser, token: Token) -> Node:
    """Replace Django's tag in templates that load `public_tags`: see models/quick_paths.py."""
    node = url(parser, token)
    route = token.split_contents()[1]
    is_quick = route[0] in "\"'" and len(node.args) <= 1 and not node.kwargs and node.asvar is None
    return PathNode(node, route[1:-1]) if is_quick else node


class LabelNode(Node):
    """The node of `{% translate %}` with a constant text, which is translated once for each language and cached."""

    def __init__(self, node: TranslateNode) -> None:
        self.node = node
        self.translated: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """Return the text in the active language."""
        language = get_language()
        if language not in self.translated:
            self.translated[language] = self.node.render(context)
        return self.translated[language]


@register.tag("translate")
def translate_label(parser: Parser, token: Token) -> Node:
    """Replace Django's tag in templates that load `public_tags` after `i18n`.

    Without the cache, translating labels took a tenth of the time of a page.
    """
    node = do_translate(parser, token)
    text = token.split_contents()[1]
    is_constant = text[0] in "\"'" and text[0] == text[-1]  # neither a variable nor filtered
    return LabelNode(node) if is_constant and node.asvar is None else node


@register.filter
def format_moment(instant: datetime) -> SafeString:
    """Return a <time> element with the minute in the site's zone, in the format of the norm (YYYY-MM-DD HH:MM)."""
    return _moment_in(timezone.get_current_timezone(), instant)


@lru_cache(maxsize=1000)  # the lists that are baked after an act show the same articles
def _moment_in(zone: tzinfo, instant: datetime) -> SafeString:
    local = timezone.localtime(instant, zone)
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%dT%H:%M%z}", f"{local:%Y-%m-%d %H:%M}")


@register.filter
def has_short_parts(title: str) -> bool:
    """Return True for a title of several parts that each fit a line on a phone: such a title breaks between its
    parts only (虚实题之间以空格分开, or 图集｜澄溪镇的一天，从一把小葱开始).

    The limit is lower for parts with punctuation, since no line may begin with a comma, however narrow the window is.
    """
    parts = [part for part in TITLE_PARTS.split(title) if part]
    return len(parts) > 1 and all(len(part) <= (12 if part.isalnum() else 10) for part in parts)


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


@register.simple_tag(takes_context=True)
def link_away(context: Context, text: str, url: str | None) -> str:
    """As `linked`, to another site, which cannot control our window, and opens in a new one if the settings say so."""
    if not url:
        return conditional_escape(text)
    return format_html('<a href="{}" {}>{}</a>', url, _away(context["site"].settings), text)


@register.filter
def open_away(body: SafeString, site: SiteSettings) -> SafeString:
    """The text of an article, whose links to other sites open as the settings say."""
    if not site.opens_new_windows:
        return body
    return mark_kept_html(body.replace(' rel="noopener">', f" {_away(site)}>"))


def _away(site: SiteSettings) -> SafeString:
    """The attributes of a link to another site."""
    if not site.opens_new_windows:
        return format_html('rel="{}"', "noopener")
    return format_html('rel="noopener" target="_blank" title="{}"', gettext("Opens a new window"))


@register.filter
def srcset(renditions: Iterable[tuple[int, str]]) -> str:
    """The renditions of a picture, (width in pixels, address), as the `srcset` of an `img`."""
    return ", ".join(f"{address} {width}w" for width, address in renditions)
