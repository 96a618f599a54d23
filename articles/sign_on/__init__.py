"""Logging in by the house's own directory: OpenID Connect, LDAP, or 企业微信. Each is off until it is set.

    oidc        OpenID Connect: discovery, PKCE, signed ID tokens
    wecom       企业微信: the QR code that the phone scans
    directory   LDAP: the same log-in form, checked by the directory

A way only says who somebody is. Accounts, their duties and second factors stay those of the desk; superusers log in
with
their local password alone, so that the directory's administrators do not become the newsroom's.
"""

from .backends import (
    WAYS,
    CannotSignOn,
    DirectoryBackend,
    OidcBackend,
    WecomBackend,
    find_account,
    offered_ways,
    way_of_backend,
)
from .oidc import begin_oidc, finish_oidc
from .wecom import begin_wecom, finish_wecom

__all__ = [
    "WAYS",
    "CannotSignOn",
    "DirectoryBackend",
    "OidcBackend",
    "WecomBackend",
    "begin_oidc",
    "begin_wecom",
    "find_account",
    "finish_oidc",
    "finish_wecom",
    "offered_ways",
    "way_of_backend",
]
