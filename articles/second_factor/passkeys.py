"""Passkeys (WebAuthn): requests to the browser, and checking its answers, by the library py_webauthn.

A passkey is bound to the host of SITE_URL, never to that of a request: a copy of the log-in page elsewhere gets
nothing.
"""

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.auth.models import User
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from .. import audit
from ..models import Factor, SiteSettings
from ..outside_json import parse_outside_json
from .demand import factors_of

LONGEST_ANSWER = 16_384  # characters; with a certificate, which is not requested, about 6,000
CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{1,1400}")
# What the library raises for an answer that is not one: mostly its own, but it trusts the types of the fields.
UNREADABLE_ANSWER = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError)


def passkey_host() -> str:
    """Return the host that passkeys are bound to; '' where browsers offer none: an IP address, or plain http."""
    site = urlsplit(settings.SITE_URL)
    host = site.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host if site.scheme == "https" or host == "localhost" else ""
    return ""


def passkey_request(user: User) -> tuple[str, bytes]:
    """Return what the browser is asked to prove one of the user's passkeys (JSON), and the challenge in it."""
    options = webauthn.generate_authentication_options(
        rp_id=passkey_host(),
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.DISCOURAGED,  # the password was asked already
    )
    return webauthn.options_to_json(options), options.challenge


def registration_request(user: User) -> tuple[str, bytes]:
    """Return what the browser is asked to make a passkey for the user (JSON), and the challenge in it."""
    options = webauthn.generate_registration_options(
        rp_id=passkey_host(),
        rp_name=SiteSettings.current().name,
        user_id=f"newsroom-{user.pk}".encode(),
        user_name=user.get_username(),
        user_display_name=audit.account_name(user),
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.DISCOURAGED,
        ),
    )
    return webauthn.options_to_json(options), options.challenge


def verified_registration(answer: str, challenge: bytes) -> dict[str, Any] | None:
    """Return the fields of the new passkey, or None if the browser's answer is not one to this challenge."""
    _credential, facts = read_passkey_answer(answer)
    try:
        made = webauthn.verify_registration_response(
            credential=facts,
            expected_challenge=challenge,
            expected_rp_id=passkey_host(),
            expected_origin=settings.SITE_URL,
        )
    except UNREADABLE_ANSWER:
        return None
    return {
        "credential": bytes_to_base64url(made.credential_id),
        "public_key": bytes_to_base64url(made.credential_public_key),
        "sign_count": made.sign_count,
        "host": passkey_host(),
    }


def verified_sign_count(passkey: Factor, facts: dict[str, Any], challenge: bytes) -> int | None:
    """Return the counter of the passkey, which proved to be there; None if it did not."""
    try:
        proven = webauthn.verify_authentication_response(
            credential=facts,
            expected_challenge=challenge,
            expected_rp_id=passkey_host(),
            expected_origin=settings.SITE_URL,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except UNREADABLE_ANSWER:
        return None
    return proven.new_sign_count


def read_passkey_answer(answer: str) -> tuple[str, dict[str, Any]]:
    """Return the identity of the passkey in the browser's answer and the whole of it; empty if it is not one."""
    try:
        facts = parse_outside_json(answer) if len(answer) <= LONGEST_ANSWER else None
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or not isinstance(facts.get("id"), str) or not CREDENTIAL.fullmatch(facts["id"]):
        return "", {}
    return facts["id"], facts


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    passkeys = factors_of(user).filter(kind=Factor.Kind.PASSKEY, host=passkey_host())
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(key))
        for key in passkeys.values_list("credential", flat=True)
        if key
    ]
