"""The address to which a reader's browser reports that an article was read."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .. import reads

# User agents of programs that fetch pages; reads by them are not counted.
BOTS = re.compile(
    r"bot|spider|crawl|slurp|headless|preview|scan|monitor|lighthouse|archive|facebookexternalhit|mediapartners|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|axios|node",
    re.IGNORECASE,
)


@csrf_exempt  # there is no session; a forged request can only count a read
@never_cache
@require_POST
def count_read_view(request: HttpRequest, number: int) -> HttpResponse:
    """Count one read. The answer is always 204, so that it does not reveal what was counted.

    No cookie is read or set; neither the client's address nor the body is read.
    """
    if _is_human_reader(request):
        reads.count_read(number)
    return HttpResponse(status=204)


def _is_human_reader(request: HttpRequest) -> bool:
    """Return True if the request comes from one of our pages, in a browser that neither is a bot nor prefetches."""
    headers = request.headers
    agent = headers.get("User-Agent", "")
    return (
        bool(agent)
        and not BOTS.search(agent)
        and "prefetch" not in headers.get("Sec-Purpose", headers.get("Purpose", ""))
        and headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "same-site")
        and headers.get("Origin", settings.SITE_URL) == settings.SITE_URL
    )
