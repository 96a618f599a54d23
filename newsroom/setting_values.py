"""Allowed values of settings: each function parses a text and returns its value, or raises ValueError that says what is
allowed.
"""

import base64
import hashlib
import ipaddress
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import environ

BASE_DIR = Path(__file__).resolve().parent.parent


def parse_boolean(text: str) -> bool:
    written = {**dict.fromkeys(("true", "yes", "on", "1"), True), **dict.fromkeys(("false", "no", "off", "0"), False)}
    if text.lower() not in written:
        raise ValueError("true or false")
    return written[text.lower()]


def whole_number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 16 and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return parse


def one_of(values: Iterable[str], change: Callable[[str], str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if change(text) not in values:
            raise ValueError(f"one of {', '.join(values)}")
        return change(text)

    return parse


def matching(pattern: str, right: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(right)
        return text

    return parse


def _is_host(text: str) -> bool:
    """Return True for a host name, an IPv4 address, or an IPv6 address in brackets; without a port."""
    if text.startswith("["):
        try:
            return ipaddress.ip_address(text[1:-1]).version == 6 and text.endswith("]")
        except ValueError:
            return False
    return len(text) < 254 and bool(re.fullmatch(r"[\w-]{1,63}(\.[\w-]{1,63})*", text, re.ASCII))


def parse_keys(text: str) -> list[str]:
    """Return Fernet keys, the newest first."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        try:
            decoded = base64.b64decode(key, altchars="-_", validate=True)
        except ValueError:
            decoded = b""
        if len(decoded) != 32:
            raise ValueError("keys of 44 characters as `make .env` writes one, the newest first, comma-separated")
    return keys


def parse_hosts(text: str) -> list[str]:
    hosts = [host.strip() for host in text.split(",") if host.strip()]
    # Django's own forms: `.example.cn` with all below it, `*` for every host.
    if not all(host == "*" or _is_host(host.removeprefix(".")) for host in hosts):
        raise ValueError("host names such as news.example.cn, comma-separated, without scheme, port or path")
    return hosts


def parse_former_hosts(text: str) -> list[str]:
    """Return the hosts in ASCII and lower case."""
    try:
        hosts = [name.strip().lower().encode("idna").decode() for name in text.split(",") if name.strip()]
    except UnicodeError:
        hosts = [""]
    if not all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", host) for host in hosts):
        raise ValueError("host names only, such as old.example.cn, comma-separated")
    return hosts


def parse_log_partners(text: str) -> list[tuple[str, list[str]]]:
    """Return the address of each partner's site, and the verifier keys of its log (name+hash+base64)."""
    partners = []
    for part in filter(None, map(str.strip, text.split(","))):
        address, *keys = part.split()
        if not keys or not all(map(_is_verifier_key, keys)):
            raise ValueError("addresses, each with the line of its /log/key after a blank, comma-separated")
        partners.append((parse_site_address(address), keys))
    return partners


def _is_verifier_key(text: str) -> bool:
    found = re.fullmatch(r"([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", text)
    if not found:
        return False
    raw = base64.b64decode(found[3])
    return raw[:1] == b"\x01" and hashlib.sha256(found[1].encode() + b"\n" + raw).digest()[:4].hex() == found[2]


def parse_tagging_entity(text: str) -> str:
    """Return the authority and the date of `tag:` addresses (RFC 4151), as they are written in them."""
    authority, _comma, day = text.partition(",")
    if not _is_host(authority.rpartition("@")[2]) or not re.fullmatch(r"\d{4}(-\d\d){0,2}", day, re.ASCII):
        raise ValueError("a host that was yours, a comma and a day or year when it was: news.example.cn,2026")
    return f"{authority.lower()},{day}"


def _web_address(text: str) -> SplitResult | None:
    """Return the parts of an http or https address; None if it is not one."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:  # invalid brackets or port
        return None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return parts if usable and _is_host(host) and not re.search(r"\s", text) else None


def parse_site_address(text: str) -> str:
    parts = _web_address(text)
    if not parts or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("a scheme and a host such as https://news.example.cn, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def parse_address(text: str) -> str:
    if not _web_address(text):
        raise ValueError("the whole address, beginning with https:// or http://")
    return text


def parse_secure_address(text: str) -> str:
    if not _web_address(text) or not text.startswith("https://"):
        raise ValueError("the whole address, beginning with https://")
    return text


def parse_directory(text: str) -> str:
    """The address of an LDAP server; `ldap://` is encrypted by StartTLS, except to this machine."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("ldap", "ldaps") and parts.port != 0 and not parts.path.strip("/")
    except ValueError:  # invalid brackets or port
        usable = False
    if not usable or not parts.hostname:
        raise ValueError("a server such as ldaps://ldap.example.cn or ldap://ldap.example.cn:389, without a path")
    return text


def parse_directory_filter(text: str) -> str:
    if text.count("{user}") != 1 or not (text.startswith("(") and text.endswith(")")):
        raise ValueError("a filter in brackets with {user} in place of the name, such as (uid={user})")
    return text


def parse_path(text: str) -> Path:
    """A relative path is relative to the folder of manage.py, so that all processes use the same folder."""
    return BASE_DIR / os.path.expanduser(text)


def parse_library(text: str) -> Path:
    file = parse_path(text)
    if not file.is_file() or not os.access(file, os.R_OK):
        raise ValueError("the library of the token, a file such as /usr/lib/softhsm/libsofthsm2.so")
    return file


def parse_token_label(text: str) -> str:
    if len(text.encode()) > 32 or not text.isprintable():  # the limit of PKCS#11
        raise ValueError("the label of the token, at most 32 bytes")
    return text


def parse_folder(text: str) -> Path:
    """A folder that exists or can be made. One on a disk that became read-only still serves readers."""
    folder = parse_path(text)
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
    except OSError as error:  # a name that is too long, or below a folder that is closed to this account
        raise ValueError(f"a folder that this account may write to ({error.strerror})") from None
    if not existing.is_dir() or (existing != folder and not os.access(existing, os.W_OK | os.X_OK)):
        raise ValueError(f"a folder that this account may write to ({existing} is not)")
    return folder


def parse_database(text: str) -> dict[str, Any]:
    """Return Django's settings of PostgreSQL or of an SQLite file."""
    try:
        parts = urlsplit(text)
        is_file = parts.scheme == "sqlite"
        known = is_file or parts.scheme in ("postgres", "postgresql", "pgsql", "psql")
        if not known or not parts.path.strip("/") or parts.fragment or (is_file and parts.netloc):
            raise ValueError
        database = environ.Env.db_url_config(text)
    except ValueError:  # also urlsplit's, for invalid brackets or port
        raise ValueError(
            "postgres://user:password@host/database or sqlite:////folder/file; in a password, # / ? @ and % are "
            "written as %23 %2F %3F %40 and %25"
        ) from None
    return {**database, "NAME": str(BASE_DIR / database["NAME"])} if is_file else database


def parse_line(text: str) -> str:
    if len(text) > 120 or not text.isprintable():
        raise ValueError("one line of at most 120 characters")
    return text


def parse_mail_address(text: str) -> str:
    if not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)*", text, re.ASCII):
        raise ValueError("one address such as newsroom@example.cn")
    return text


def parse_mail_server(text: str) -> dict[str, Any]:
    """Return Django's settings of a mail server."""
    try:
        parts = urlsplit(text)
        if parts.scheme not in ("smtp", "smtp+tls", "smtp+ssl") or not parts.hostname or parts.port == 0:
            raise ValueError
        return dict(environ.Env.email_url_config(text))
    except ValueError:  # also urlsplit's
        raise ValueError(
            "smtp+tls://user:password@host:587 or smtp+ssl://user:password@host:465; in a user name or password, "
            "# / ? @ and % are written as %23 %2F %3F %40 and %25"
        ) from None


def parse_time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("a name of the zone database such as Asia/Shanghai") from None
    return text
