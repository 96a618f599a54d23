"""The page on which readers and colleagues check a copy of an article (转载核验). Never baked; nothing is kept."""

import threading
import time
from collections import deque
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ... import copy_checking, merkle_log
from ...client_address import request_address
from ...copy_checking import CopyCheck, Verdict
from ...refusals import Problem, Refusal
from ..machines import page_metadata

LARGEST = 200_000  # bytes of a form: LONGEST_COPY characters in percent signs
MOST_AN_HOUR, MOST_ADDRESSES = 60, 10_000  # checks of one address, by each process; addresses that are remembered

BUSY = Problem("copy.busy", _("Other copies are being compared. Please try again in a moment; yours is still here."))
TOO_MANY = Problem("copy.too_many", _("You have had many copies compared. Please try again in an hour."))

_one_at_a_time = threading.Lock()
_recent: dict[str, deque[float]] = {}


@csrf_exempt  # it changes nothing, and there is no session
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def copy_check_view(request: HttpRequest) -> HttpResponse:
    """The form, followed by the answer; a refused form keeps what was pasted."""
    context: dict[str, Any] = {"most": copy_checking.LONGEST_COPY, "meta": page_metadata.unindexed_metadata()}
    if request.method != "POST":
        claimed = request.GET.get("of", "")[:200]
        return render(request, "public/copy_check.html", {**context, "claimed": claimed})
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    # Browsers send the line ends of a form as CR LF.
    typed = {"claimed": request.POST.get("of", "")[:200], "copy": request.POST.get("copy", "").replace("\r\n", "\n")}
    try:
        check = _limited_check(request_address(request) or "", **typed)
    except Refusal as refusal:
        return render(request, "public/copy_check.html", {**context, **typed, "refusal": refusal}, status=422)
    counts = {verdict.value: check.count(verdict) for verdict in Verdict}
    found = {"check": check, "counts": counts, "signed": _signature_if_possible(check)}
    return render(request, "public/copy_check.html", {**context, **typed, **found})


def _signature_if_possible(check: CopyCheck) -> str:
    """The signed answer; '' if the key cannot be read, which the desk reports."""
    try:
        return copy_checking.signed_answer(check)
    except (OSError, merkle_log.WrongNote):
        return ""


def _limited_check(address: str, *, claimed: str, copy: str) -> CopyCheck:
    """Compare one copy at a time in this process, and not many of one address. Raises CannotCompare."""
    if not _one_at_a_time.acquire(timeout=2):
        raise copy_checking.CannotCompare(BUSY)
    try:
        _count_check(address)
        return copy_checking.check_copy(claimed, copy)
    finally:
        _one_at_a_time.release()


def _count_check(address: str) -> None:
    now = time.monotonic()
    if address not in _recent and len(_recent) >= MOST_ADDRESSES:
        _recent.pop(next(iter(_recent)))
    asked = _recent.setdefault(address, deque(maxlen=MOST_AN_HOUR))
    if len(asked) == MOST_AN_HOUR and now - asked[0] < 3600:
        raise copy_checking.CannotCompare(TOO_MANY)
    asked.append(now)
