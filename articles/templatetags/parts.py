"""Parts of readers' pages that templates ask for."""

from datetime import datetime

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
CURRENT = "chrome.current"  # where it is kept while one page is rendered


@register.simple_tag(takes_context=True)
def chrome(context: Context, name: str) -> SafeString:
    """What is the same on every page of a section, rendered once where many pages are rendered together (baking).

    The template `name` with nothing but `site` and `current`: the address of the section of the first level that the
    page stands in, or of the home page. Kept in `site`, which pages that are baked together share.
    """
    site = context["site"]
    kept = context.render_context
    if CURRENT not in kept:
        crumbs = context.get("crumbs") or getattr(context.get("page"), "crumbs", None)
        path = context["request"].path if "request" in context else ""
        kept[CURRENT] = crumbs[0].url if crumbs else path if path == "/" else ""
    current = kept[CURRENT]
    key = (name, current)
    if key not in site.rendered:
        site.rendered[key] = get_template(name).render({"site": site, "current": current})
    return site.rendered[key]


@register.filter
def moment(instant: datetime) -> SafeString:
    """An instant to the minute, as the norm prints it (YYYY-MM-DD HH:MM), in the site's zone; with its machine's form."""
    local = timezone.localtime(instant)
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%dT%H:%M%z}", f"{local:%Y-%m-%d %H:%M}")
