"""The style sheet that a reader's cookie selects, and the page with the reading settings. No script is needed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ... import appearance
from ...models import SiteSettings
from ..caching import SAFE_METHODS
from ..machines import page_metadata

YEAR = 365 * 24 * 3600
# Below these, `?elder=` is not a reader's choice.
NOT_FOR_READERS = ("/admin/", "/api/")


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
            [
                ("auto", _("Same as the device")),
                ("light", _("Light")),
                ("dark", _("Dark")),
                ("contrast", _("High contrast")),
            ],
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
    return render(request, "public/appearance.html", context)


@require_safe
def keep_appearance(request: HttpRequest) -> HttpResponse:
    """Save the settings in the cookie and redirect back. Settings that are missing or unknown stay unchanged."""
    return _keep_and_redirect(request, _return_path(request))


class ElderParameterMiddleware:
    """Let `?elder=1` on the address of any page switch elder mode on, `?elder=0` off; the redirect leaves it out.

    The servers in front pass such requests on, although the page is baked.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_page = request.path.endswith("/") and not request.path.startswith(NOT_FOR_READERS)
        if request.method not in SAFE_METHODS or not is_page or request.GET.get("elder") not in ("0", "1"):
            return self.get_response(request)
        query = request.GET.copy()
        del query["elder"]
        # A path that begins with two slashes would lead to another site.
        path = escape_leading_slashes(request.get_full_path().partition("?")[0])
        return _keep_and_redirect(request, path + (f"?{query.urlencode()}" if query else ""))


def _keep_and_redirect(request: HttpRequest, to: str) -> HttpResponse:
    """Save the settings of the query in the cookie and redirect to the path `to`."""
    now, asked = appearance.chosen_appearance(request.headers.get("Cookie", "")), request.GET
    elder = {"0": False, "1": True, "other": not now.elder}.get(asked.get("elder", ""), now.elder)
    theme = asked["theme"] if asked.get("theme") in appearance.THEMES else now.theme
    size = asked["size"] if asked.get("size") in appearance.TEXT_SIZES else now.size
    response = HttpResponseSeeOther(to)
    response.set_cookie(
        appearance.COOKIE,
        str(appearance.Appearance(elder, theme, size)),
        max_age=YEAR,
        samesite="Lax",
        secure=settings.HTTPS,
        httponly=True,
    )
    add_never_cache_headers(response)
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
