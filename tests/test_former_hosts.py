"""Hosts that the site had before: what was printed under them leads to today's, and nothing under them leads elsewhere."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.test import RequestFactory

from articles.public.former_hosts import FormerHostMiddleware
from serving import baked_files
from tests.serving import Newsroom, fetch, nginx

SITE = "https://news.example.cn"
OLD = "old.example.cn"


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.SITE_URL, settings.FORMER_HOSTS = SITE, [OLD, "xn--fiqs8s.example.cn"]
    settings.ALLOWED_HOSTS = ["news.example.cn"]


@pytest.mark.parametrize("host", [OLD, "OLD.Example.CN", f"{OLD}:8080", f"{OLD}.", "xn--fiqs8s.example.cn"])
@pytest.mark.parametrize("secure", [True, False])
def test_a_former_host_leads_to_the_same_address_of_todays(client, host, secure):
    """The database is not asked: the test would fail."""
    for address in (
        "/",
        "/q/W12",
        "/Q/P12-3",
        "/a/12/",
        "/show.asp?id=123&from=x",
        "/%D0%C2/1.html",
        "/a%2525/?q=%E6%A1%A5",
    ):
        path, _mark, query = address.partition("?")
        response = client.get(path, QUERY_STRING=query, secure=secure, headers={"host": host})
        assert (response.status_code, response["Location"]) == (301, SITE + address)
        assert response["Cache-Control"] == "no-cache"
        assert client.head(path, secure=secure, headers={"host": host}).status_code == 301


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_what_is_sent_to_a_former_host_is_refused_with_the_new_address(client, method):
    response = getattr(client, method)("/report/12/", {}, headers={"host": OLD})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert f"{SITE}/" in response.content.decode()
    assert "Location" not in response


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "@evil.example/", ".evil.example/", ":80@evil.example", "\\\\evil.example", "/\\evil.example"],
)
def test_nothing_under_a_former_host_leads_elsewhere(path):
    request = RequestFactory().get("/", HTTP_HOST=OLD)
    request.path_info = path
    response = FormerHostMiddleware(lambda _request: None)(request)
    assert response["Location"].startswith(f"{SITE}/")


@pytest.mark.parametrize(
    "host", ["evil.example", f"{OLD}.evil.example", f"x{OLD}", f"{OLD}:80@evil.example", f"{OLD},x"]
)
def test_no_other_host_is_a_former_one(client, host):
    assert client.get("/a/1/", secure=True, headers={"host": host}).status_code == 400


def test_the_file_server_sends_no_page_under_a_former_host(settings, tmp_path):
    settings.ALLOWED_HOSTS = ["*"]
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "index.html").write_text("page")
    app = baked_files.FileServer(lambda _environ, start: start("418 Django", []) or [b""], tmp_path, tmp_path)
    for host, expected in ((OLD, "418 Django"), ("news.example.cn", "200 OK")):
        told = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": host, "wsgi.url_scheme": "http"}
        list(app(environ, lambda status, _headers, told=told: told.append(status)))
        assert told == [expected]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("https://old.example.cn", "host names only"),
        ("old.example.cn/x", "host names only"),
        ("*", "host names only"),
        (".example.cn", "host names only"),
        ("127.0.0.1", "the host of SITE_URL"),
        ("Old.Example.CN, 中国.example.cn", ["old.example.cn", "xn--fiqs8s.example.cn"]),
    ],
)
def test_the_setting_names_hosts_only(value, sentence):
    environment = {**os.environ, "FORMER_HOSTS": value, "SITE_URL": "http://127.0.0.1:8000"}
    ask = "from newsroom import settings; print(settings.FORMER_HOSTS)"
    done = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, env=environment, cwd=django_settings.BASE_DIR
    )
    assert str(sentence) in (done.stdout if isinstance(sentence, list) else done.stderr)


def test_nginx_leads_on_with_django_away(tmp_path):
    newsroom = Newsroom(tmp_path)
    (tmp_path / "baked" / "current").mkdir(parents=True)
    with nginx(tmp_path, newsroom.port) as (site, _brotli):
        for address in ("/", "/q/W12", "/show.asp?id=123&from=x", "/%D0%C2/1.html", "//evil.example/"):
            status, headers, _body = fetch(site + address, Host=OLD)
            assert (status, headers["Location"]) == (301, SITE + address)
            assert headers["Cache-Control"] == "no-cache"
        status, headers, body = fetch(f"{site}/report/1/", method="POST", data=b"x", Host=OLD)
        assert (status, headers["Allow"], headers["Location"]) == (405, "GET, HEAD", None)
        assert f"{SITE}/" in body.decode()
        assert fetch(f"{site}/q/W12")[0] == 302, "today's host is not a former one"
