"""Reports of mistakes by readers (纠错): the form, and the page with the answer. No account, cookie or script."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from ... import reporting
from ...client_address import request_address
from ...refusals import Refusal
from ..machines import page_metadata
from .appearance import HttpResponseSeeOther
from .article import find_published_article
from .errors import gone_response

FIELDS = {"text": 500, "quote": 200, "contact": 80}
LARGEST = 20_000  # bytes of a form; a longer one was not typed by a person


@csrf_exempt  # there is no session to misuse; requests from other origins are still refused below
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report_view(request: HttpRequest, number: int) -> HttpResponse:
    """The form for a mistake in an article; a refused form keeps what was typed. 410 like the article's page."""
    row = find_published_article(request, number)
    if not row.is_public:
        return gone_response(request, row.state)
    context: dict[str, Any] = {"article": row, "most": FIELDS, "meta": page_metadata.unindexed_metadata()}
    if request.method != "POST":
        typed = {"quote": request.GET.get("q", "")[: FIELDS["quote"]]}
        return render(request, "public/report.html", {**context, "typed": typed})
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    if not _is_same_origin(request):
        sentence = _("This form was sent from another site's page, so it has not arrived. Please report it here.")
        return render(request, "public/report.html", {**context, "typed": typed, "refusal": sentence}, status=403)
    if request.POST.get("address"):  # a hidden field that only programs fill in
        return HttpResponseSeeOther(row.get_absolute_url())
    try:
        received = reporting.receive_report(row, **typed, address=request_address(request) or "")
    except Refusal as refusal:
        return render(request, "public/report.html", {**context, "typed": typed, "refusal": refusal}, status=422)
    return HttpResponseSeeOther(reverse("report_answer", args=[reporting.report_token(received)]))


@never_cache
@require_safe
def report_answer_view(request: HttpRequest, token: str) -> HttpResponse:
    """Thanks for a report, and the answer once there is one. 404 for an unknown token."""
    found = reporting.find_report(token)
    if found is None:
        raise Http404
    return render(request, "public/report_answer.html", {"report": found, "meta": page_metadata.unindexed_metadata()})


def _is_same_origin(request: HttpRequest) -> bool:
    """Return True unless the headers name another origin; old browsers send neither header."""
    headers = request.headers
    same = headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    return same and headers.get("Origin", settings.SITE_URL) in (settings.SITE_URL, "null")
