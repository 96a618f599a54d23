"""Fetching from public addresses only: every trick that leads elsewhere, and sites that never stop answering."""

import ipaddress
import threading
import time

import pytest

from articles import fetching
from articles.fetching import fetch_public, probe_public
from articles.refusals import Refusal
from tests.outside_sites import PUBLIC, outside_network, site

REPLIES = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def net(monkeypatch):
    with outside_network(monkeypatch) as net:
        yield net


def refused(address, **facts):
    with pytest.raises(Refusal) as refusal:
        fetch_public(address, **facts)
    return refusal.value.id


def test_a_file_is_fetched_from_the_address_that_was_checked(net):
    asked = site(net, lambda _request, _number: [REPLIES])
    fetched = fetch_public("http://site.example/图/1.jpg?a=1&b=%20")
    assert (fetched.content, fetched.address) == (b"ok", "http://site.example/图/1.jpg?a=1&b=%20")
    assert net.connected == [PUBLIC]
    line, host, *_others = asked.asked[0].split("\r\n")
    assert line == "GET /%E5%9B%BE/1.jpg?a=1&b=%20 HTTP/1.1"
    assert host == "Host: site.example"


@pytest.mark.parametrize(
    "written",
    [
        *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
        *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1"),
        *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
        *("64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "fc00::1"),
        *("fd12::1", "fe80::1", "fec0::1", "ff02::1", "3fff::1", "5f00::1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(net, written):
    assert not fetching.is_public(ipaddress.ip_address(written))
    net.names = {"inside.example": [written], "both.example": [PUBLIC, written]}
    bracketed = f"[{written}]" if ":" in written else written
    for host in (bracketed, "inside.example", "both.example"):
        assert refused(f"http://{host}/") == "fetching.not_public"
    assert net.connected == []


@pytest.mark.parametrize("written", ["8.8.8.8", "93.184.216.34", "223.5.5.5", "2400:3200::1", "2606:4700::1111"])
def test_an_address_that_is_public_is_not(written):
    assert fetching.is_public(ipaddress.ip_address(written))


@pytest.mark.parametrize(
    "host",
    [
        *(
            "2130706433",
            "0x7f000001",
            "017700000001",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "0",
            "0x",
            "1.2.3.08",
        ),
        *("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1"),
    ],
)
def test_numbers_in_other_notations_are_refused(net, host):
    assert refused(f"http://{host}/") in ("fetching.not_public", "fetching.address")
    assert net.connected == []


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://site.example/", "file:///etc/passwd", "gopher://site.example/", "javascript:1", "//site.example/", ""),
        *("http://", "http:///a", "http://a@site.example/", "http://site.example:8080/", "http://site.example:443/"),
        *(
            "https://site.example:80/",
            "http://site.example:x/",
            "http://site.example:99999/",
            "http://[fe80::1%25eth0]/",
        ),
        *("http://site.example\\@127.0.0.1/", "http://site.example/a b", "http://site.example/\r\nX: 1", "http://[::1"),
        f"http://site.example/{'a' * 2000}",
    ],
)
def test_other_addresses_are_refused(net, address):
    net.names = {"site.example": [PUBLIC]}
    assert refused(address) == "fetching.address"
    assert net.resolved == []


@pytest.mark.parametrize("host", ["a..example", f"{'a' * 64}.example", "\udc80.example"])
def test_names_that_are_none_are_refused(net, host):
    assert refused(f"http://{host}/") in ("fetching.unreachable", "fetching.address")


def test_a_name_that_changes_its_mind_changes_nothing(net):
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    site(net, lambda _request, _number: [REPLIES])
    net.names["site.example"] = lambda: next(answers)
    assert fetch_public("http://site.example/").content == b"ok"
    assert net.connected == [PUBLIC]
    assert net.resolved == ["site.example"]


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/",
        "//10.0.0.1/",
        "http://2130706433/",
        "http://inside.example/",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(net, target):
    site(net, lambda _request, _number: [f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode()])
    net.names["inside.example"] = ["192.168.0.1"]
    assert refused("http://site.example/") == "fetching.not_public"
    assert net.connected == [PUBLIC]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://site.example:22/", "https://a@site.example/"])
def test_a_redirect_leads_to_http_only(net, target):
    site(net, lambda _request, _number: [f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode()])
    assert refused("http://site.example/") == "fetching.address"


def test_five_redirects_are_followed_and_ten_thousand_are_not(net):
    def answer(request, number):
        hop = int(request.split()[1].strip("/") or 0)
        return [REPLIES if hop == last else f"HTTP/1.1 302 Found\r\nLocation: /{hop + 1}\r\n\r\n".encode()]

    last = 5
    asked = site(net, answer)
    assert fetch_public("http://site.example/").address == "http://site.example/5"
    last = 10_000
    assert refused("http://site.example/") == "fetching.redirects"
    assert len(asked.asked) == 6 + 6


def test_an_endless_body_is_refused(net):
    def answer(_request, _number):
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b"x" * 65536

    site(net, answer)
    assert refused("http://site.example/") == "fetching.too_large"


@pytest.mark.parametrize("length", ["3", "999999999999"])
def test_a_body_that_is_longer_than_allowed_is_refused(net, length):
    site(net, lambda _request, _number: [f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode(), b"xxx" * 10])
    assert refused("http://site.example/", max_bytes=2) == "fetching.too_large"


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["nothing", "headers", "body", "chunks"],
)
def test_a_site_that_drips_ends_with_the_clock(net, begin):
    begun, stopped = threading.Event(), threading.Event()

    def answer(_request, _number):
        begun.set()
        yield begin
        try:
            while True:
                yield b"1"
                time.sleep(0.02)
        finally:
            stopped.set()

    site(net, answer)
    assert refused("http://site.example/", seconds=0.3) == "fetching.too_slow"
    # On a busy machine the time may be over before anything is asked.
    assert not begun.is_set() or stopped.wait(60), "the connection is still open"


def test_a_resolver_that_never_answers_ends_with_the_clock(net):
    forever = threading.Event()
    net.names = {"site.example": lambda: ["10.0.0.1"] if forever.wait() else []}
    assert refused("http://site.example/", seconds=0.1) == "fetching.too_slow"
    forever.set()


@pytest.mark.parametrize("status", [403, 404, 500, 204])
def test_what_the_site_refuses_is_said(net, status):
    site(net, lambda _request, _number: [f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()])
    assert refused("http://site.example/") == "fetching.status"


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_a_broken_answer_is_refused(net, answer):
    site(net, lambda _request, _number: [answer])
    assert refused("http://site.example/") == "fetching.unreachable"


def test_a_certificate_must_fit(net):
    site(net, lambda _request, _number: [REPLIES])
    assert refused("https://site.example/") == "fetching.unreachable"


def test_a_probe_asks_for_the_head_and_reads_nothing_else(net):
    asked = site(net, lambda _request, _number: [b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"])
    assert probe_public("http://site.example/a", agent="Ours (+https://ours.example)").status == 200
    (request,) = asked.asked
    assert request.startswith("HEAD /a HTTP/1.1\r\n")
    assert "User-Agent: Ours (+https://ours.example)" in request


@pytest.mark.parametrize("head", [b"HTTP/1.1 405 No\r\n\r\n", b"HTTP/1.1 404 No\r\n\r\n", b""])
def test_a_probe_asks_again_where_the_head_is_refused(net, head):
    def answer(request, _number):
        return [head if request.startswith("HEAD") else b"HTTP/1.1 206 Partial\r\n\r\n" + b"x" * 999]

    asked = site(net, answer)
    assert probe_public("http://site.example/", agent="Ours").status == 206
    assert [request[:4] for request in asked.asked] == ["HEAD", "GET "]
    assert "Range: bytes=0-255" in asked.asked[1]


def test_a_probe_tells_where_redirects_led_and_refuses_those_into_private_networks(net):
    site(
        net,
        lambda request, _number: [
            b"HTTP/1.1 200 OK\r\n\r\n"
            if "other.example" in request
            else b"HTTP/1.1 301 Moved\r\nLocation: http://%s/\r\n\r\n" % (b"inside" if "/in" in request else b"other.example")
        ],
        **{"other.example": [PUBLIC], "inside": ["10.0.0.1"]},
    )  # fmt: skip
    assert probe_public("http://site.example/out", agent="Ours").address == "http://other.example/"
    with pytest.raises(Refusal) as refusal:
        probe_public("http://site.example/in", agent="Ours")
    assert refusal.value.id == "fetching.not_public"
    assert "10.0.0.1" not in net.connected
