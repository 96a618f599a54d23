"""The style sheet that a reader's cookie selects, and the page with the reading settings. No script is needed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ... import appearance
from ...models import SiteSettings
from ..machines import page_metadata

YEAR = 365 * 24 * 3600


class HttpResponseSeeOther(HttpResponseRedirect):
    """A redirect that browsers follow with GET."""

    status_code = 303


@require_safe
def style_sheet_view(request: HttpRequest, digest: str, named: str = "") -> HttpResponse:
    """The style sheet of an appearance by its name, or of the one that the cookie selects.

    Without a name, an outdated digest gets the current style sheet, because old pages still link to it; with one, 404.
    """
    chosen = appearance.BY_NAME.get(named) if named else appearance.chosen_appearance(request.headers.get("Cookie", ""))
    if chosen is None:
        raise Http404
    accent = SiteSettings.current().accent
    if named and digest != appearance.style_digest(accent):
        raise Http404
    response = HttpResponse(appearance.style_sheet(chosen, accent), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = appearance.CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


@never_cache
@require_safe
def choose_appearance(request: HttpRequest) -> HttpResponse:
    """The form with the reading settings of this device."""
    now = appearance.chosen_appearance(request.headers.get("Cookie", ""))
    labels = {
        "elder": (_("Layout"), [("0", _("Usual view")), ("1", _("For elders: large and simple"))], str(int(now.elder))),
        "theme": (
            _("Colours"),
            [("auto", _("Same as the device")), ("light", _("Light")), ("dark", _("Dark"))],
            now.theme,
        ),
        "size": (_("Type"), [("small", _("Small")), ("normal", _("Middle")), ("large", _("Large"))], now.size),
    }
    choices = [
        (name, legend, [(value, label, value == chosen) for value, label in options])
        for name, (legend, options, chosen) in labels.items()
    ]
    context = {
        "choices": choices,
        "to": _return_path(request),
        "meta": page_metadata.unindexed_metadata(_("Reading settings")),
    }
    return render(request, "public/look.html", context)


@never_cache
@require_safe
def keep_appearance(request: HttpRequest) -> HttpResponse:
    """Save the settings in the cookie and redirect back. Settings that are missing or unknown stay unchanged."""
    now, asked = appearance.chosen_appearance(request.headers.get("Cookie", "")), request.GET
    elder = {"0": False, "1": True, "other": not now.elder}.get(asked.get("elder", ""), now.elder)
    theme = asked["theme"] if asked.get("theme") in appearance.THEMES else now.theme
    size = asked["size"] if asked.get("size") in appearance.TEXT_SIZES else now.size
    response = HttpResponseSeeOther(_return_path(request))
    response.set_cookie(
        appearance.COOKIE,
        str(appearance.Appearance(elder, theme, size)),
        max_age=YEAR,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    return response


def _return_path(request: HttpRequest) -> str:
    """Return a path of this site: the one in `to`, else the page the reader came from, else the home page."""
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # not a URL
        referer = urlsplit("")
    came_from = (
        referer.path + (f"?{referer.query}" if referer.query else "") if referer.netloc == request.get_host() else ""
    )
    for path in (request.GET.get("to", ""), came_from):
        is_ours = (
            path.startswith("/") and path.isprintable() and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
        )
        if is_ours and not path.startswith((reverse("look"), "/admin/")):
            return path
    return reverse("home")
