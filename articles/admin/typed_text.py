"""The address that the writing screen queries, whenever its writer pauses, for the machine's findings in the text."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import review, typed_text, unsaved_texts
from ..checks.personal_data import masked_number
from ..checks.rules import Severity
from ..checks.seen import PlacedHit
from ..duty_assignments import permissions
from ..models import Article
from ..refusals import Refusal
from ..typed_text import TypedReading
from .acting_user import acting_user
from .form_fields import NUMBER
from .uploads import upload_refusal

_CREDIT_ROLE = re.compile(r"credits-(?P<row>\d{1,4})-role")
_KEY = re.compile(r"\d{1,9}")


def read_typed_view(request: HttpRequest) -> JsonResponse:
    """Answer with what the machine finds in the posted fields of the form, as JSON. Nothing is stored.

    `number` is that of the article, empty for a new one.
    """
    by = acting_user(request)
    try:
        article = _article_typed_in(request.POST.get("number", ""))
        unsaved_texts.require_editing(by, article)
        if request.method != "POST":
            return upload_refusal(_("No text arrived."), HTTPStatus.BAD_REQUEST)
        found = read_typed_form(request, article)
    except Refusal as refusal:
        return upload_refusal(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), HTTPStatus.FORBIDDEN)
    except Article.DoesNotExist:
        return upload_refusal(_("This draft has been deleted."), HTTPStatus.UNPROCESSABLE_ENTITY)
    may = _acts_possible(by, article)
    return JsonResponse({"hits": [_facts_of_hit(placed, may) for placed in found.hits], "count": found.count})


def read_typed_form(request: HttpRequest, article: Article | None) -> TypedReading:
    """Return what the machine finds in the posted fields of the article's form. Raises what the verb raises."""
    fields = {name: str(value) for name, value in request.POST.items()}
    credits = _credits(request)
    return typed_text.read_typed_text(fields, by=acting_user(request), article=article, credits=credits)


class _Acts(NamedTuple):
    """What somebody may do with hits: ignore what does not block, set aside what does, allow words everywhere."""

    ignore: bool
    settle: bool
    allow: bool


def _acts_possible(by: User, article: Article | None) -> _Acts:
    allow = permissions.has_duty_everywhere(by, permissions.Duty.RULES)
    if article is None:
        return _Acts(ignore=False, settle=False, allow=allow)
    return _Acts(review.may_ignore(by, article), review.may_set_aside(by, article), allow)


def _facts_of_hit(placed: PlacedHit, may: _Acts) -> dict[str, Any]:
    """Return what the script shows of a hit, and what replaces it: `take` at the place `replaced`, if anything does."""
    hit = placed.hit
    blocks = hit.rule.severity == Severity.BLOCK
    return {
        "key": hit.key,
        "field": hit.field,
        "weight": hit.rule.severity.value,
        "label": f"{hit.rule.subject} · {hit.rule.severity.label}",
        "message": str(hit.problem.message),
        "advice": str(hit.problem.hint),
        "words": placed.words,
        "place": placed.place,
        "replaced": placed.place if hit.can_be_masked else placed.replaced,
        "take": masked_number(placed.words) if hit.can_be_masked else hit.suggestion,
        "masks": hit.can_be_masked,
        "ignores": may.settle if blocks else may.ignore,
        "needs_reason": blocks,
        **_addresses_of(placed, may),
    }


def _addresses_of(placed: PlacedHit, may: _Acts) -> dict[str, str]:
    """Return where words are allowed for the whole site, and where a change of the rule is proposed, if it is a row.

    What rules of code find can only be set aside in one text.
    """
    if placed.hit.rule.row is None:
        return {"allow": "", "propose": ""}
    allow = reverse("admin:articles_checkrule_allow", args=[placed.hit.rule.row])
    return {
        "allow": f"{allow}?{urlencode({'words': placed.hit.words})}" if may.allow else "",
        "propose": f"{reverse('admin:articles_checkrule_propose')}?rule={placed.hit.rule.row}",
    }


def _article_typed_in(number: str) -> Article | None:
    """Return the article with this number, None for "". Raises Article.DoesNotExist, also for one in the bin."""
    if not number:
        return None
    if not NUMBER.fullmatch(number):
        raise Article.DoesNotExist
    return Article.objects.kept().select_related("section__parent", "latest", "signed", "handed_to").get(pk=number)


def _credits(request: HttpRequest) -> Iterator[tuple[str, int]]:
    """Yield role and person of the credits that are filled in, and not to be deleted."""
    for name in list(request.POST):
        row = match["row"] if (match := _CREDIT_ROLE.fullmatch(name)) else None
        person = request.POST.get(f"credits-{row}-person", "") if row else ""
        if _KEY.fullmatch(person) and not request.POST.get(f"credits-{row}-DELETE"):
            yield request.POST[name], int(person)
