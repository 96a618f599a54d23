"""Where a reader's browser says that a page was read."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from .. import reads

# Programs that fetch pages, and say so. A browser with scripts that is none of them sends the beacon.
BOTS = re.compile(
    r"bot|spider|crawl|slurp|headless|preview|scan|monitor|lighthouse|archive|facebookexternalhit|mediapartners|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|axios|node",
    re.IGNORECASE,
)


@csrf_exempt  # there is no session here, and nothing to forge but a number that says "read"
@never_cache
@require_POST
def count_read_view(request: HttpRequest, number: int) -> HttpResponse:
    """Count one read. Always 204: nobody learns what was counted. No cookie is read or set, no address looked at, and the
    body is not read.
    """
    if _is_human_reader(request):
        reads.count_read(number)
    return HttpResponse(status=204)


def _is_human_reader(request: HttpRequest) -> bool:
    headers = request.headers
    agent = headers.get("User-Agent", "")
    return (
        bool(agent)
        and not BOTS.search(agent)
        and "prefetch" not in headers.get("Sec-Purpose", headers.get("Purpose", ""))
        and headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "same-site")
        and headers.get("Origin", settings.SITE_URL) == settings.SITE_URL
    )
