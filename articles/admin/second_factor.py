"""The second factor at the desk: asked at the log-in, asked again by acts, set up by everybody for themselves.

After the password, a session whose account still owes its second factor is anonymous (`factor_owed.py`): every address
treats it as a stranger's, however the password was checked. Proving the factor makes it the account's.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import encryption, qr_short_links, second_factor
from ..models import Factor
from ..refusals import Refusal
from ..second_factor import Proof, ProofNeeded
from .factor_owed import NEXT, OWED, PROVEN_AT, owing_user
from .welcoming import mark_browser_known, reset_sentence, tell_of_reset, welcome_user

# Keys of the session, forgotten once they are used: a challenge, and the secret of an app that is being set up.
CHALLENGE, NEW_SECRET = "factor_challenge", "factor_new_secret"
# Fields of a form that prove a factor; no other form of the desk has fields of these names.
CODE_FIELD, PASSKEY_FIELD = "factor_code", "factor_passkey"
FEW_CODES = 3
QR_SIZE = 220  # pixels


def _desk_user(request: HttpRequest) -> User | None:
    """Return the account that is logged in to the desk; or None."""
    return request.user if isinstance(request.user, User) and admin.site.has_permission(request) else None


def session_proof(request: HttpRequest) -> Proof | None:
    """Return what this session has proven."""
    at = request.session.get(PROVEN_AT)
    if at is None or not isinstance(request.user, User):
        return None
    return Proof(request.user.pk, datetime.fromtimestamp(at, UTC))


@contextmanager
def proving(request: HttpRequest) -> Iterator[None]:
    """Context manager: acts inside it know what this session has proven, with this very form, too."""
    user = _desk_user(request)
    if request.method == "POST" and user:
        _prove_with_form(request, user)
    with second_factor.acting_with_proof(session_proof(request)):
        yield


def proof_page(request: HttpRequest, needed: ProofNeeded) -> HttpResponse:
    """The page that asks for the factor and then repeats the request that an act refused."""
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in (CODE_FIELD, PASSKEY_FIELD, "csrfmiddlewaretoken")
        for value in values
    ]
    refusal: Refusal = getattr(request, "factor_refusal", None) or needed
    context = {**_factors_context(request.user), "title": _("Confirm that it is you"), "sent": sent, "refusal": refusal}
    return _page(request, "again", **context)


def prove_view(request: HttpRequest) -> HttpResponse:
    """The second step of the log-in."""
    user = owing_user(request)
    if user is None:
        return redirect("admin:login")  # which redirects logged-in users to the desk
    if "cancel" in request.POST:
        request.session.flush()
        return redirect("admin:login")
    if not second_factor.factors_of(user).exists():
        return redirect("admin:own_factors")
    if request.method == "POST" and _prove_with_form(request, user):
        _finish_log_in(request, user)
        response = redirect(_next_address(request))
        mark_browser_known(request, response)
        return response
    context = {**_factors_context(user), "refusal": getattr(request, "factor_refusal", None), "account": user}
    return _page(request, "prove", title=_("Second step of the log-in"), **context)


def challenge_view(request: HttpRequest) -> HttpResponse:
    """What the script gives to the browser, to prove a passkey, or with `new` to make one; good for one answer."""
    user = owing_user(request) or _desk_user(request)
    if user is None:
        return redirect("admin:login")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not second_factor.passkey_host():
        raise PermissionDenied(_("Browsers offer no passkeys at this address."))
    make = second_factor.registration_request if "new" in request.POST else second_factor.passkey_request
    options, challenge = make(user)
    request.session[CHALLENGE] = challenge.hex()
    return HttpResponse(options, content_type="application/json")


def own_factors_view(request: HttpRequest) -> HttpResponse:
    """The user's own second factors: set up, remove, new codes. Who must have one and has none sees nothing else."""
    owing = owing_user(request)
    if owing and second_factor.factors_of(owing).exists():
        return redirect("admin:second_factor")
    user = owing or _desk_user(request)
    if user is None:
        return redirect("admin:login")
    refusal = None
    if request.method == "POST":
        try:
            return _change_factors(request, user, is_owing=owing is not None)
        except ProofNeeded:
            raise
        except Refusal as refused:
            refusal = refused
    context: dict[str, Any] = {
        **_factors_context(user),
        "title": _("Your second factor"),
        "factors": list(second_factor.factors_of(user)),
        "is_owing": owing is not None,
        "codes_left": second_factor.codes_left(user),
        "may_reset": owing is None and second_factor.may_reset_factors(user),
        "reset": reset_sentence(user),
        "refusal": refusal,
    }
    if not context["has_app"]:
        context |= _new_app_context(request, user)
    return _page(request, "own", **context)


def _new_app_context(request: HttpRequest, user: User) -> dict[str, str]:
    """Return the secret of an app that is being set up, to type and as a QR code."""
    secret = _secret_being_set_up(request)
    code = qr_short_links.draw_qr_code(second_factor.app_address(user, secret), form="svg", size=QR_SIZE)
    return {
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "qr_code": f"data:image/svg+xml;base64,{base64.b64encode(code).decode()}",
    }


def _change_factors(request: HttpRequest, user: User, *, is_owing: bool) -> HttpResponse:
    """Do what the pressed button says. New recovery codes are shown on the page that answers, and never again."""
    codes: list[str] = []
    match request.POST.get("act"):
        case "app":
            codes = second_factor.add_app(_secret_being_set_up(request), request.POST.get("code", ""), by=user)
            request.session.pop(NEW_SECRET, None)
        case "passkey":
            challenge, name = _spent_challenge(request), request.POST.get("name", "")
            codes = second_factor.add_passkey(request.POST.get("passkey", ""), challenge, by=user, name=name)
        case "codes":
            codes = second_factor.renew_recovery_codes(by=user)
        case "remove":
            key = request.POST.get("factor", "")
            second_factor.remove_factor(int(key) if key.isdecimal() and len(key) < 19 else 0, by=user)
            messages.success(request, _("Removed. It opens nothing any more."))
    if is_owing:
        _finish_log_in(request, user)
    elif request.POST.get("act") in ("app", "passkey"):
        _note_proof(request)
        messages.success(request, _("Set up. It is required from the next log-in on."))
    if not codes:
        return redirect("admin:own_factors")
    context = {"codes": codes, "next": _next_address(request), "account": user}
    response = _page(request, "codes", title=_("Your recovery codes"), **context)
    if is_owing:
        mark_browser_known(request, response)
    return response


def _finish_log_in(request: HttpRequest, user: User) -> None:
    """Make the session the account's, under a new key, and welcome the user."""
    request.session.cycle_key()
    del request.session[OWED]
    _note_proof(request)
    request.user = user
    welcome_user(request)
    left = second_factor.codes_left(user)
    if left <= FEW_CODES:
        sentence = ngettext("You have %(left)d recovery code left.", "You have %(left)d recovery codes left.", left)
        messages.warning(request, sentence % {"left": left})
    tell_of_reset(request, user)


def _prove_with_form(request: HttpRequest, user: User) -> bool:
    """Return True if the form proves a factor of the user; a refusal is kept for the page that answers."""
    code, passkey = request.POST.get(CODE_FIELD, ""), request.POST.get(PASSKEY_FIELD, "")
    try:
        if passkey:
            second_factor.check_passkey(user, passkey, _spent_challenge(request))
        elif code:
            second_factor.check_code(user, code)
        else:
            return False
    except Refusal as refusal:
        request.factor_refusal = refusal  # type: ignore[attr-defined]  # for the page that answers this request
        return False
    _note_proof(request)
    return True


def _note_proof(request: HttpRequest) -> None:
    request.session[PROVEN_AT] = timezone.now().timestamp()


def _spent_challenge(request: HttpRequest) -> bytes | None:
    """Return the challenge of this session, and forget it."""
    challenge = request.session.pop(CHALLENGE, None)
    return bytes.fromhex(challenge) if challenge else None


def _secret_being_set_up(request: HttpRequest) -> str:
    """Return the secret of the app that is being set up: the same until then, so that the page can be reloaded."""
    with suppress(encryption.CannotDecrypt):  # its key has been removed from the settings: start again
        if secret := encryption.decrypt_text(request.session.get(NEW_SECRET, "")):
            return secret
    secret = second_factor.new_app_secret()
    request.session[NEW_SECRET] = encryption.encrypt_text(secret)
    return secret


def _next_address(request: HttpRequest) -> str:
    address = request.session.get(NEXT) or ""
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else reverse("admin:index")


def _factors_context(user: User | AnonymousUser) -> dict[str, Any]:
    """Return which fields a page that asks for the factor shows."""
    kinds = set(second_factor.factors_of(user).values_list("kind", "host")) if isinstance(user, User) else set()
    return {
        "has_app": any(kind == Factor.Kind.TOTP for kind, _host in kinds),
        "has_passkey": (Factor.Kind.PASSKEY, second_factor.passkey_host()) in kinds,
        "has_factor": bool(kinds),
        "passkey_host": second_factor.passkey_host(),
    }


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """Render the page; 403 if it says why something was refused."""
    page = {**admin.site.each_context(request), **context}
    status = HTTPStatus.FORBIDDEN if context.get("refusal") else HTTPStatus.OK
    return TemplateResponse(request, f"admin/second_factor/{name}.html", page, status=status)
