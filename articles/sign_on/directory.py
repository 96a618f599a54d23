"""LDAP: whether the house's directory accepts a name and a password."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from ldap3 import NONE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

log = logging.getLogger(__name__)

TIMEOUT = 5  # seconds, to connect and for each answer
LONGEST_PASSWORD = 1024  # characters


def directory_accepts(username: str, password: str) -> bool:
    """Return True if exactly one entry matches the name and the directory accepts the password for it.

    An empty password is never sent: LDAP takes it as a request to stay anonymous, and accepts it. A directory that does
    not answer accepts nobody; the log says why.
    """
    if not password or len(password) > LONGEST_PASSWORD:
        return False
    try:
        entry = _find_entry(username)
        if entry is None:
            return False
        with _connection(entry, password) as person:
            return person.bind()
    except (LDAPException, OSError) as error:
        log.warning("The directory did not answer: %s", error)
        return False


def _find_entry(username: str) -> str | None:
    """Return the distinguished name of the one entry of this name, or None. Raises LDAPException."""
    with _connection(settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD) as service:
        if not service.bind():
            raise LDAPException(f"LDAP_BIND_DN was not accepted: {service.result['description']}")
        condition = settings.LDAP_FILTER.replace("{user}", escape_filter_chars(username))
        service.search(settings.LDAP_BASE, condition, attributes=["1.1"], size_limit=2)
        found = [row["dn"] for row in service.response or [] if row["type"] == "searchResEntry"]
    return found[0] if len(found) == 1 else None


@contextmanager
def _connection(name: str | None, password: str | None) -> Iterator[Connection]:
    """Context manager: an encrypted connection, or one to this machine, that is not bound yet.

    `ldap://` is encrypted by StartTLS before anything is sent. Referrals to other servers are not followed.
    """
    parts = urlsplit(settings.LDAP_URL)
    server = Server(settings.LDAP_URL, get_info=NONE, connect_timeout=TIMEOUT, tls=Tls(validate=ssl.CERT_REQUIRED))
    connection = Connection(server, name, password, receive_timeout=TIMEOUT, auto_referrals=False)
    try:
        connection.open()
        if parts.scheme == "ldap" and not _is_this_machine(parts.hostname) and not connection.start_tls():
            raise LDAPException("StartTLS was refused")
        yield connection
    finally:
        connection.unbind()


def _is_this_machine(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
