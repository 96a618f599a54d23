"""Unsaved texts at the desk: the address that stores what is typed, their list, and forms that are opened with one."""

import re
import secrets
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .. import audit, unsaved_texts
from ..models import Article, UnsavedText
from ..outside_json import parse_outside_json
from ..refusals import Refusal
from ..unsaved_texts import OpenedForm
from .acting_user import acting_user
from .desk_address import DESK
from .uploads import upload_refusal

KEY = re.compile(r"[0-9a-f]{32}")
NUMBER = re.compile(r"[0-9]{1,18}")
# Of the texts that a form offers.
SHOWN = 10


def opened_form(request: HttpRequest) -> OpenedForm | None:
    """Return the form's hidden fields about itself; None if there are none, or not those of one of our forms.

    `unsaved_key` is its own key, `unsaved_shown` "key.version" of the text that it was opened with, or "".
    """
    key = request.POST.get("unsaved_key", "")
    if not KEY.fullmatch(key):
        return None
    shown, _dot, version = request.POST.get("unsaved_shown", "").partition(".")
    if not KEY.fullmatch(shown) or not re.fullmatch(r"[0-9]{1,9}", version):
        return OpenedForm(key)
    return OpenedForm(key, shown, int(version))


def text_asked_for(request: HttpRequest, article: Article | None) -> UnsavedText | None:
    """Return the unsaved text that the address names (`?unsaved=<key>`), if it is this user's, of this article."""
    key = request.GET.get("unsaved", "")
    if request.method != "GET" or not KEY.fullmatch(key):
        return None
    return unsaved_texts.find_unsaved_text(key, by=acting_user(request), article=article)


def typed_data(text: UnsavedText) -> QueryDict:
    """Return the fields of an unsaved text as the data of a form."""
    data = QueryDict(mutable=True)
    for name, value in text.fields:
        data.appendlist(name, value)
    return data


def unsaved_context(request: HttpRequest, article: Article | None, text: UnsavedText | None) -> dict[str, Any]:
    """Return what the form needs to keep what is typed, and the other unsaved texts of this user that it offers."""
    form = opened_form(request)
    others = unsaved_texts.unsaved_texts_of(acting_user(request)).filter(article=article)
    shown = text.key if text else form.key_shown if form else ""
    return {
        "unsaved_typed": ",".join(unsaved_texts.TYPED),
        "unsaved_key": form.key if form else secrets.token_hex(16),
        "unsaved_shown": f"{text.key}.{text.version}" if text else request.POST.get("unsaved_shown", ""),
        "unsaved_text": text,
        "unsaved_texts": list(others.exclude(key__in=[shown, form.key if form else ""])[:SHOWN]),
    }


def unsaved_rows(user: User, limit: int) -> list[UnsavedText]:
    """Return the newest unsaved texts of this user, for the desk's index."""
    return list(unsaved_texts.unsaved_texts_of(user)[:limit])


def keep_view(request: HttpRequest) -> JsonResponse:
    """Keep what is typed: `fields` is a JSON list of (name, value), `number` the article's, `writer` the user's key.

    Answers with `at`, the time of day, or "" if there was nothing to keep. If somebody else has logged in since,
    nothing is kept.
    """
    user, form = acting_user(request), opened_form(request)
    fields = _read_fields(request.POST.get("fields", ""))
    if request.method != "POST" or form is None or fields is None:
        return upload_refusal(_("Nothing arrived to store."), 400)
    if request.POST.get("writer") != str(user.pk):
        name = audit.name_with_account(user)
        return upload_refusal(_("%(name)s is logged in now. This text is not theirs.") % {"name": name}, 403)
    try:
        kept = unsaved_texts.keep_text(form, fields, by=user, article=_article_named(request.POST.get("number", "")))
    except Refusal as refusal:
        return upload_refusal(str(refusal), 422)
    except PermissionDenied as refusal:
        return upload_refusal(str(refusal), 403)
    except Article.DoesNotExist:
        return upload_refusal(_("This draft has been deleted."), 422)
    return JsonResponse({"at": f"{timezone.localtime(kept.kept_at):%H:%M:%S}" if kept else ""})


def discard_unsaved_view(request: HttpRequest) -> HttpResponse:
    """Drop an unsaved text of this user, and go on at `next`, an address of the desk.

    `discard` is its "key.version"; `discard_own` is the text that the form itself shows and keeps.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    user, form = acting_user(request), opened_form(request)
    shown, _dot, version = request.POST.get("discard", "").partition(".")
    if form and "discard_own" in request.POST:
        unsaved_texts.clear_form(form, by=user)
    elif re.fullmatch(r"[0-9]{1,9}", version):
        unsaved_texts.discard_text(shown, int(version), by=user)
    else:
        raise Http404
    onward = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(onward, allowed_hosts=None) and onward.startswith(DESK)
    return redirect(onward if is_ours else reverse("admin:index"))


def _read_fields(text: str) -> list[tuple[str, str]] | None:
    """Return the pairs of a JSON list of pairs of texts, or None if it is not one."""
    try:
        pairs = parse_outside_json(text)
    except ValueError:
        return None
    if not isinstance(pairs, list):
        return None
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            return None
    return [(name, value) for name, value in pairs]


def _article_named(number: str) -> Article | None:
    """Return the article with this number, None for "". Raises Article.DoesNotExist, also for one in the bin."""
    if not number:
        return None
    if not NUMBER.fullmatch(number):
        raise Article.DoesNotExist
    return Article.objects.kept().select_related("section").defer("body").get(pk=number)
