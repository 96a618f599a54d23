"""OpenID Connect by Authlib: discovery, the authorization code with PKCE, and a signed ID token.

The issuer, the audience and the algorithms are checked against the settings here, not against what the provider says.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .backends import NO_ANSWER, NOT_CONFIRMED, CannotSignOn

log = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds, for each answer
# Signatures with the provider's private key: neither "none" nor a secret shared with this site.
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


def begin_oidc(request: HttpRequest, callback: str) -> HttpResponse:
    """Redirect to the provider, which redirects back to `callback`. Raises CannotSignOn."""
    with _faults_as_refusals():
        return _provider().authorize_redirect(request, callback)


def finish_oidc(request: HttpRequest) -> str:
    """Return the name that the provider confirms, from the claim that the settings name. Raises CannotSignOn."""
    claims = {
        "iss": {"essential": True, "value": settings.OIDC_ISSUER},
        "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
    }
    with _faults_as_refusals():
        token = _provider().authorize_access_token(request, claims_options=claims)
        return str(token["userinfo"][settings.OIDC_USERNAME_CLAIM])


def _provider() -> Any:
    """Return Authlib's client with the provider's metadata as they are now. Raises what `_faults_as_refusals` names."""
    from authlib.integrations.django_client import OAuth  # noqa: PLC0415 (Authlib is for newsrooms with a provider)

    client = OAuth().register(
        "oidc",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )
    metadata = client.load_server_metadata()
    if metadata["issuer"] != settings.OIDC_ISSUER:
        raise ValueError(f"the provider calls itself {metadata['issuer']}, not {settings.OIDC_ISSUER}")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in SIGNATURES if name in offered]
    if not metadata["id_token_signing_alg_values_supported"]:
        raise ValueError(f"the provider signs with {offered} only")
    return client


@contextmanager
def _faults_as_refusals() -> Iterator[None]:
    """Context manager: what Authlib, the network and a wrong answer raise is logged and becomes CannotSignOn."""
    from authlib.integrations.base_client import OAuthError  # noqa: PLC0415
    from joserfc.errors import JoseError  # noqa: PLC0415
    from requests import RequestException  # noqa: PLC0415

    try:
        yield
    except (OAuthError, JoseError) as error:
        log.warning("A log-in by OpenID Connect was not confirmed: %s", error)
        raise CannotSignOn(NOT_CONFIRMED) from error
    except (RequestException, ValueError, KeyError, TypeError, RuntimeError) as error:
        log.warning("The provider of OpenID Connect did not answer as it should: %r", error)
        raise CannotSignOn(NO_ANSWER) from error
