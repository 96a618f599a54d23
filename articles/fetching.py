"""Fetches a file from an address that somebody pasted or typed, without becoming a door into our own network.

Only http and https, the usual ports, and public addresses: the name is resolved once, all its addresses are checked,
and the connection is made to the address that was checked, so a name that changes its mind changes nothing. A redirect
is checked the same way. One clock runs for everything, from the first question to the last byte.
"""

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from .refusals import Problem, Refusal

MAX_BYTES = 15 * 2**20
SECONDS = 10.0
MAX_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
MAX_ADDRESS_LENGTH = 2_000  # characters

Result = TypeVar("Result")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# is_global leaves these out, or has not in every version of Python: ranges that embed an IPv4 address, and others.
_REFUSED_RANGES = [
    ipaddress.ip_network(written)
    for written in (
        *("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3"),
        *("::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"),
        *("3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.I)
_PROBED_BYTES = 256  # of an address that is only probed
_HEADERS = {"User-Agent": "Newsroom", "Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}

NOT_AN_ADDRESS = Problem(
    "fetching.address",
    _("%(address)s is not an address that can be fetched; it must begin with http:// or https:// and name a site."),
)
NOT_PUBLIC = Problem(
    "fetching.not_public", _("%(address)s leads into a network that is not public; it is not fetched from here.")
)
UNREACHABLE = Problem("fetching.unreachable", _("%(address)s cannot be reached now; try again, or upload the file."))
TOO_SLOW = Problem(
    "fetching.too_slow", _("%(address)s took longer than %(seconds)d seconds; save the file yourself and upload it.")
)
TOO_LARGE = Problem(
    "fetching.too_large", _("The file at %(address)s is larger than %(megabytes)d MB; make it smaller and upload it.")
)
TOO_MANY_REDIRECTS = Problem(
    "fetching.redirects", _("%(address)s leads from one address to the next without end; upload the file.")
)
REFUSED_BY_SITE = Problem(
    "fetching.status", _("The site answered %(status)d for %(address)s; it may not give the file to others. Upload it.")
)


@dataclass(frozen=True)
class Fetched:
    """A file: its bytes, and the address that had it after redirects."""

    content: bytes
    address: str


@dataclass(frozen=True)
class Probed:
    """What is at an address: the HTTP status, and the address that answered it after redirects."""

    status: int
    address: str


@dataclass
class _Fetch:
    """One running fetch: the requested address, and the socket in use, which is shut down when the time is over."""

    given: str
    in_use: socket.socket | None = None
    is_over: bool = False
    problem: Problem | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def use(self, opened: socket.socket) -> None:
        """Remember the socket in use; shut it at once if the time is over."""
        with self.lock:
            self.in_use = opened
        if self.is_over:
            self.stop()

    def stop(self) -> None:
        """End the fetch, whatever it waits for."""
        self.is_over = True
        with self.lock:
            if self.in_use is not None:
                try:
                    self.in_use.shutdown(socket.SHUT_RDWR)
                except OSError:  # not connected yet, or no longer
                    self.in_use.close()


def fetch_public(address: str, *, max_bytes: int = MAX_BYTES, seconds: float = SECONDS) -> Fetched:
    """Return the file at a public http or https address, of at most `max_bytes`, within `seconds` in all.

    The declared content type is ignored: the reader of the bytes detects it. Raises Refusal.
    """
    return _run_within(seconds, address, lambda fetch: _fetch_file(fetch, max_bytes))


def probe_public(address: str, *, agent: str, seconds: float = SECONDS) -> Probed:
    """Return the answer of a public http or https address: its headers, or for an error its first bytes.

    `agent` is the User-Agent. Raises Refusal if nothing answers within `seconds`.
    """
    return _run_within(seconds, address, lambda fetch: _probe(fetch, agent))


def _run_within(seconds: float, address: str, work: Callable[[_Fetch], Result]) -> Result:
    """Return what `work` returns for this address; its waiting ends after so many seconds. Raises Refusal."""
    fetch = _Fetch(address)
    results: list[Result] = []
    # A resolver cannot be interrupted, so the thread may outlive the fetch by its time-out; it holds nothing.
    facts = (fetch, lambda: results.append(work(fetch)), get_language())
    running = threading.Thread(target=_run, args=facts, daemon=True)
    running.start()
    running.join(seconds)
    if running.is_alive():
        fetch.stop()
        raise Refusal(TOO_SLOW.filled(address=_shown(address), seconds=round(seconds)))
    if not results:
        raise Refusal(fetch.problem or UNREACHABLE.filled(address=_shown(address)))
    return results[0]


def _run(fetch: _Fetch, work: Callable[[], object], language: str | None) -> None:
    with override(language):  # each thread has its own
        try:
            work()
        except Refusal as refusal:
            fetch.problem = refusal.problems[0]
        except (OSError, http.client.HTTPException, ValueError):  # UnicodeError of odd names is a ValueError
            fetch.problem = UNREACHABLE.filled(address=_shown(fetch.given))


def _fetch_file(fetch: _Fetch, max_bytes: int) -> Fetched:
    with _last_answer(fetch, "GET", _HEADERS) as (response, address):
        if response.status != http.HTTPStatus.OK:
            raise Refusal(REFUSED_BY_SITE.filled(address=_shown(address), status=response.status))
        return Fetched(_read(fetch, response, max_bytes), address)


def _probe(fetch: _Fetch, agent: str) -> Probed:
    headers = {**_HEADERS, "User-Agent": agent, "Accept": "*/*"}
    with suppress(OSError, http.client.HTTPException), _last_answer(fetch, "HEAD", headers) as (response, address):
        if response.status < http.HTTPStatus.MULTIPLE_CHOICES:
            return Probed(response.status, address)
    # Some sites answer a question for the head alone wrongly, or not at all.
    headers["Range"] = f"bytes=0-{_PROBED_BYTES - 1}"
    with _last_answer(fetch, "GET", headers) as (response, address):
        response.read(_PROBED_BYTES)
        return Probed(response.status, address)


@contextmanager
def _last_answer(
    fetch: _Fetch, method: str, headers: Mapping[str, str]
) -> Iterator[tuple[http.client.HTTPResponse, str]]:
    """Ask for an address, and for those that it redirects to; the last answer and its address."""
    address = fetch.given
    for _step in range(MAX_REDIRECTS + 1):
        parts = checked_address(address)
        connection = _connect(fetch, parts)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, quote(target, safe="/%:@!$&'()*+,;=~-._?"), headers=dict(headers))
            response = connection.getresponse()
            location = response.getheader("Location")
            if response.status in _REDIRECTS and location:
                address = urljoin(address, location)
                continue
            yield response, address
            return
        finally:
            connection.close()
    raise Refusal(TOO_MANY_REDIRECTS.filled(address=_shown(fetch.given)))


def _read(fetch: _Fetch, response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    content = response.read(max_bytes + 1)
    if len(content) > max_bytes:
        megabytes = max_bytes // 2**20
        raise Refusal(TOO_LARGE.filled(address=_shown(fetch.given), megabytes=megabytes))
    if response.length:
        raise http.client.IncompleteRead(content, response.length)
    return content


def checked_address(address: str) -> SplitResult:
    """Return the parts of an address whose form is right; its host is not resolved. Raises Refusal."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise Refusal(NOT_AN_ADDRESS.filled(address=_shown(address))) from error
    if (
        len(address) > MAX_ADDRESS_LENGTH
        or parts.scheme not in PORTS
        or not parts.hostname
        or "@" in parts.netloc
        or re.search(r"[\x00-\x20\x7f\\]", address.strip())
        or port not in (None, PORTS[parts.scheme])
        or "%" in parts.hostname
    ):
        raise Refusal(NOT_AN_ADDRESS.filled(address=_shown(address)))
    return parts


def public_addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """Return the addresses of a host, all of which are public; host is a name, or an address in its usual form.

    Raises Refusal where one is not, or where the host is a number in another notation; OSError for an unknown name.
    """
    try:
        host = str(ipaddress.ip_address(host))
    except ValueError:
        host = host.encode("idna").decode("ascii").rstrip(".")
        if _NUMBER.fullmatch(host.rpartition(".")[2]):  # 127.1, 2130706433, 0x7f000001, 0177.0.0.1
            raise Refusal(NOT_PUBLIC.filled(address=_shown(host))) from None
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(family, str(place[0])) for family, _kind, _protocol, _name, place in found]
    if not addresses or not all(is_public(ipaddress.ip_address(written)) for _family, written in addresses):
        raise Refusal(NOT_PUBLIC.filled(address=_shown(host)))
    return addresses


def is_public(address: IpAddress) -> bool:
    """Return True for an address on the public internet that is one machine's."""
    return address.is_global and not any(address in refused for refused in _REFUSED_RANGES)


def _connect(fetch: _Fetch, parts: SplitResult) -> http.client.HTTPConnection:
    """Return a connection to the first address of the host that answers, each of which has been checked."""
    host, port = parts.hostname or "", PORTS[parts.scheme]
    error: OSError | None = None
    for family, written in public_addresses(host, port):
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.settimeout(SECONDS)
        fetch.use(opened)
        try:
            opened.connect((written, port))
            if parts.scheme == "https":
                opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
                fetch.use(opened)
        except OSError as failed:
            opened.close()
            error = failed
            continue
        # http.client connects by itself only where it has no socket.
        connection = http.client.HTTPConnection(f"[{host}]" if ":" in host else host, port)
        connection.sock = opened
        return connection
    raise error or OSError("no address")


def _shown(address: str) -> str:
    return address if len(address) <= 100 else address[:100] + "…"
