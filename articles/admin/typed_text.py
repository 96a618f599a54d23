"""The address that the writing screen asks, whenever its writer pauses, what the machine finds in the text."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from .. import typed_text
from ..checks.personal_data import masked_number
from ..models import Article, SetAside
from ..refusals import Refusal
from ..typed_text import TypedHit
from .acting_user import acting_user
from .newsroom_admin import NUMBER
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
        typed_text.require_typing(by, article)
        if request.method != "POST":
            return upload_refusal(_("No text arrived."), HTTPStatus.BAD_REQUEST)
        found = typed_text.read_typed_text(
            {name: str(value) for name, value in request.POST.items()},
            by=by,
            article=article,
            credits=_credits(request),
        )
    except Refusal as refusal:
        return upload_refusal(str(refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), HTTPStatus.FORBIDDEN)
    except Article.DoesNotExist:
        return upload_refusal(_("This draft was deleted meanwhile."), HTTPStatus.UNPROCESSABLE_ENTITY)
    aside = set(SetAside.objects.filter(article=article).values_list("key", flat=True)) if article else set()
    facts = [_facts_of(typed) for typed in found.hits if typed.hit.key not in aside]
    return JsonResponse({"hits": facts, "count": found.count - len(found.hits) + len(facts)})


def _facts_of(typed: TypedHit) -> dict[str, Any]:
    """Return what the script shows of a hit, and what replaces it: `take` at the place `replaced`, if anything does."""
    hit = typed.hit
    return {
        "key": hit.key,
        "field": hit.field,
        "weight": hit.rule.severity.value,
        "label": f"{hit.rule.subject} · {hit.rule.severity.label}",
        "message": _("In the %(field)s: %(reason)s") % {"field": hit.field_name, "reason": hit.reason},
        "advice": str(hit.rule.advice),
        "words": typed.words,
        "place": typed.place,
        "replaced": typed.place if hit.can_be_masked else typed.replaced,
        "take": masked_number(typed.words) if hit.can_be_masked else hit.suggestion,
        "masks": hit.can_be_masked,
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
