"""The addresses at which browsers and phones look for the site's icon by convention: its logo, or Newsroom's."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from ..models import SiteSettings

ICON_CACHE_CONTROL = "public, max-age=3600"


@require_safe
def icon_view(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the site's logo, or to the static icon `name` if it has none."""
    logo = SiteSettings.current().logo
    target = logo.still_url if logo else static(f"site/{name}")
    return HttpResponseRedirect(target, headers={"Cache-Control": ICON_CACHE_CONTROL})
