"""WeChat's script is an option: only our own addresses are signed, WeChat is asked seldom, and whatever fails, pages stay."""

import hashlib
import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from articles.public.machines import wechat
from tests.browser import chromium, forbidden_events
from tests.serving import free_port

IN_WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0.50"
SDK = """window.wx = { config: (c) => { window.configured = c; }, ready: (then) => then(),
    updateAppMessageShareData: (card) => { window.card = card; }, updateTimelineShareData: () => {} };"""


class Api(HTTPServer):
    """As much of api.weixin.qq.com as is asked; `answers` may be changed."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked = []
        self.answers = {
            "stable_token": {"access_token": "T1", "expires_in": 7200},
            "getticket": {"errcode": 0, "ticket": "K1", "expires_in": 7200},
        }


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, body))
        name = self.path.partition("?")[0].rpartition("/")[2]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answers[name]).encode())

    do_POST = do_GET

    def log_message(self, *_facts):
        pass


@pytest.fixture
def api(settings, monkeypatch):
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx0", "secret"
    settings.SITE_URL = "https://news.example.cn"
    server = Api()
    monkeypatch.setattr(wechat, "API", f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cache.clear()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    cache.clear()


def signed(client, url="https://news.example.cn/a/1/?from=timeline"):
    return client.get("/wx/sign", {"url": url})


def test_our_address_is_signed_as_wechat_reckons_and_wechat_is_asked_once(client, api):
    facts = signed(client, "https://news.example.cn/a/1/?from=timeline#foot").json()
    spelled = f"jsapi_ticket=K1&noncestr={facts['nonceStr']}&timestamp={facts['timestamp']}"
    spelled += "&url=https://news.example.cn/a/1/?from=timeline"
    assert facts["signature"] == hashlib.sha1(spelled.encode()).hexdigest()
    assert facts["appId"] == "wx0"
    assert "secret" not in str(facts)
    assert signed(client).status_code == 200
    assert [path.partition("?")[0] for path, _body in api.asked] == [
        "/cgi-bin/stable_token",
        "/cgi-bin/ticket/getticket",
    ]
    assert json.loads(api.asked[0][1])["secret"] == "secret"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a/1/",
        "http://news.example.cn/a/1/",
        "https://news.example.cn.evil.example/",
        "",
        "https://news.example.cn:444/",
        "https://x@news.example.cn/",
        "//news.example.cn/",
        "https://news.example.cn/" + "a" * 1000,
    ],
)
def test_others_addresses_are_not_signed(client, db, api, url):
    assert signed(client, url).status_code == 404
    assert api.asked == []


@pytest.mark.parametrize(
    "answers",
    [
        {"stable_token": {"errcode": 40001, "errmsg": "invalid credential"}},
        {"getticket": {"errcode": 42001}},
        {"getticket": []},
        {"stable_token": {"access_token": "T", "expires_in": 1}, "getticket": {"ticket": "K", "expires_in": "soon"}},
    ],
)
def test_where_wechat_refuses_nothing_happens_and_it_is_left_alone_for_a_while(client, api, answers):
    api.answers |= answers
    assert signed(client).status_code == 204
    asked = len(api.asked)
    assert signed(client).status_code == 204
    assert len(api.asked) == asked


def test_where_wechat_is_away_nothing_happens(client, api, monkeypatch):
    monkeypatch.setattr(wechat, "API", f"http://127.0.0.1:{free_port()}")
    assert signed(client).status_code == 204


def test_without_the_option_there_is_no_such_address(client, db):
    assert signed(client, f"{django_settings.SITE_URL}/").status_code == 404


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, r"script-src 'self'[;\"]"),
        ({"WECHAT_APP_ID": "wx0", "WECHAT_APP_SECRET": "s"}, r"script-src 'self' https://res\.wx\.qq\.com[;\"]"),
        ({"WECHAT_APP_ID": "wx0"}, "go together"),
    ],
)
def test_wechats_host_is_let_in_with_the_option_alone(facts, said, tmp_path):
    script = (
        "import django; django.setup(); from serving.baked_files import middleware_headers; print(middleware_headers())"
    )
    environment = {
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "newsroom.settings",
        "SECRET_KEY": "x" * 60,
        **facts,
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=django_settings.BASE_DIR,
        check=False,
        capture_output=True,
        text=True,
    )
    # The parts of the policy have another order in every process.
    assert re.search(said, done.stdout + done.stderr)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("agent", [IN_WECHAT, None])
def test_the_card_says_what_the_page_says_and_nothing_is_loaded_elsewhere(live_server, settings, cast, api, agent):
    settings.SITE_URL = live_server.url
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {
            **settings.CONTENT_SECURITY_POLICY["DIRECTIVES"],
            "script-src": ["'self'", "https://res.wx.qq.com"],
        }
    }
    article = cast.article(title="霁川大桥通车", summary="北岸六千人不再绕行。")
    cast.publish(article)
    with chromium() as browser:
        page = browser.new_context(user_agent=agent, locale="zh-CN").new_page()
        loaded = []
        page.route(
            "https://res.wx.qq.com/**",
            lambda route: (loaded.append(1), route.fulfill(body=SDK, content_type="text/javascript")),
        )
        wrong = forbidden_events(page, (live_server.url, "https://res.wx.qq.com"))
        page.goto(live_server.url + article.get_absolute_url(), wait_until="networkidle")
        if agent:
            page.wait_for_function("() => window.card")
        assert wrong == []
        card, configured = page.evaluate("window.card"), page.evaluate("window.configured")
    if not agent:
        assert (loaded, card, api.asked) == ([], None, [])
        return
    assert (card["title"], card["desc"], card["link"]) == ("霁川大桥通车", "北岸六千人不再绕行。", article.public_url)
    assert configured["appId"] == "wx0"
    assert configured["jsApiList"] == ["updateAppMessageShareData", "updateTimelineShareData"]
