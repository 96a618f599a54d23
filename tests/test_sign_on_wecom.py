"""Logging in by 企业微信, against a server that answers as its documentation says."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

from articles.models import AuditEntry
from articles.sign_on import wecom

pytestmark = pytest.mark.django_db
BEGIN, BACK = "/admin/sign-on/wecom/", "/admin/sign-on/wecom/back/"


class Api(HTTPServer):
    """As much of qyapi.weixin.qq.com as is asked; the answers of a path are given one after another, the last stays."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked = []
        self.answers = {
            "gettoken": [{"errcode": 0, "errmsg": "ok", "access_token": "T1", "expires_in": 7200}],
            "getuserinfo": [{"errcode": 0, "errmsg": "ok", "userid": "writer"}],
        }


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        name = urlsplit(self.path).path.rpartition("/")[2]
        answers = self.server.answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.encode() if isinstance(answer, str) else json.dumps(answer).encode())

    def log_message(self, *_facts):
        pass


@pytest.fixture
def api(settings, monkeypatch):
    settings.WECOM_CORP_ID, settings.WECOM_AGENT_ID, settings.WECOM_SECRET = "ww1", "1000002", "secret"
    backend = "articles.sign_on.backends.WecomBackend"
    settings.AUTHENTICATION_BACKENDS = [*django_settings.AUTHENTICATION_BACKENDS, backend]
    server = Api()
    monkeypatch.setattr(wecom, "API", f"http://127.0.0.1:{server.server_port}/cgi-bin")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    cache.clear()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
    cache.clear()


def scan(client, **changed):
    """Scan the code and come back, with this part of the address changed."""
    asked = parse_qs(urlsplit(client.get(BEGIN)["Location"]).query)
    return client.get(BACK, {"code": "C1", "state": asked["state"][0], **changed})


def assert_refused(client, answer):
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    assert "_auth_user_id" not in client.session
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["way"]) == ("session.refused", "wecom")


def test_a_member_who_scans_the_code_is_logged_in_and_recorded(client, cast, api):
    address = client.get(BEGIN)["Location"]
    assert address.startswith("https://login.work.weixin.qq.com/wwlogin/sso/login?login_type=CorpApp&appid=ww1&")
    asked = parse_qs(urlsplit(address).query)
    assert (asked["agentid"], asked["redirect_uri"]) == (["1000002"], [f"http://testserver{BACK}"])
    assert scan(client)["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(cast.writer.pk)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.details["way"]) == ("session.opened", cast.writer, "wecom")
    assert api.asked == [
        "/cgi-bin/gettoken?corpid=ww1&corpsecret=secret",
        "/cgi-bin/auth/getuserinfo?access_token=T1&code=C1",
    ]


def test_the_token_of_the_application_is_kept_and_fetched_again_when_it_expired(client, cast, api):
    scan(client)
    client.logout()
    scan(client)
    assert sum("gettoken" in path for path in api.asked) == 1
    client.logout()
    api.answers["getuserinfo"] = [{"errcode": 42001, "errmsg": "expired"}, {"errcode": 0, "userid": "writer"}]
    assert scan(client)["Location"] == "/admin/"
    assert sum("gettoken" in path for path in api.asked) == 2


@pytest.mark.parametrize("changed", [{"state": "x"}, {"state": ""}, {"code": ""}])
def test_an_answer_that_nobody_asked_for_is_refused_without_asking(client, cast, api, changed):
    assert_refused(client, scan(client, **changed))
    assert api.asked == []


def test_an_answer_counts_once(client, cast, api):
    state = parse_qs(urlsplit(client.get(BEGIN)["Location"]).query)["state"][0]
    back = f"{BACK}?code=C1&state={state}"
    assert client.get(back)["Location"] == "/admin/"
    client.logout()
    assert_refused(client, client.get(back))
    assert_refused(client, client.get(f"{BACK}?code=C1&state="))


ANSWERS = {
    "a guest": {"errcode": 0, "openid": "o1"},
    "nobody here": {"errcode": 0, "userid": "nobody"},
    "a superuser": {"errcode": 0, "userid": "boss"},
    "a code that is spent": {"errcode": 40029, "errmsg": "invalid code"},
    "a wrong secret": {"errcode": 40001, "errmsg": "invalid credential"},
    "a token that stays expired": {"errcode": 42001},
    "not JSON": "<html>",
    "not an object": "[]",
}


@pytest.mark.parametrize("what", ANSWERS)
def test_other_answers_log_nobody_in(client, cast, api, what):
    api.answers["getuserinfo"] = [ANSWERS[what]]
    assert_refused(client, scan(client))


@pytest.mark.parametrize(
    "answer", [{"errcode": 40001}, {}, "x", {"errcode": 0, "access_token": "T", "expires_in": "x"}]
)
def test_without_a_token_nobody_is_logged_in(client, cast, api, answer):
    api.answers["gettoken"] = [answer]
    assert_refused(client, scan(client))


def test_while_the_service_is_down_nobody_is_logged_in(client, cast, api, monkeypatch):
    monkeypatch.setattr(wecom, "API", "http://127.0.0.1:9/cgi-bin")
    assert_refused(client, scan(client))
