"""What is the same on every page of a section: rendered once where many pages are rendered together (baking)."""

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def chrome(context: Context, name: str) -> SafeString:
    """The template `name` with nothing but `site` and `current`: the address of the section of the first level that the
    page stands in, or of the home page. Kept in `site`, which pages that are baked together share.
    """
    site = context["site"]
    crumbs = context.get("crumbs") or getattr(context.get("page"), "crumbs", None)
    path = context["request"].path if "request" in context else ""
    current = crumbs[0].url if crumbs else path if path == "/" else ""
    key = (name, current)
    if key not in site.rendered:
        site.rendered[key] = get_template(name).render({"site": site, "current": current})
    return site.rendered[key]
