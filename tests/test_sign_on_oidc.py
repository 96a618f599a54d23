"""Logging in by OpenID Connect, against a provider that speaks it: discovery, PKCE, nonce, state, signed ID tokens."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from articles import login_locks
from articles.models import AddressLimit, AuditEntry, LoginLock
from tests.cast import make_user

pytestmark = pytest.mark.django_db
BEGIN, BACK = "/admin/sign-on/oidc/", "/admin/sign-on/oidc/back/"
FROM = {"REMOTE_ADDR": "203.0.113.5"}
CLIENT, SECRET = "newsroom", "geheimnis"


class Provider(ThreadingHTTPServer):
    """As much of a provider as is asked. `claims` and `sign` of an ID token may be changed, as may `metadata`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.asked, self.codes = [], {}
        self.claims, self.without, self.sign, self.answers = {}, set(), self.sign_with_key, {}
        self.metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def sign_with_key(self, claims):
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def allow(self, address, name="writer"):
        """The person logs in at the provider and agrees; returns the address that the browser is sent back to."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_hex(8)
        self.codes[code] = (asked, name)
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def token(self, posted, authorization):
        if authorization != "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode():
            return {"error": "invalid_client"}
        asked, name = self.codes.pop(posted.get("code"), ({}, ""))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(posted.get("code_verifier", "").encode()).digest())
        if (
            asked.get("code_challenge") != challenge.decode().rstrip("=")
            or asked["redirect_uri"] != posted["redirect_uri"]
        ):
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": f"id-of-{name}",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "preferred_username": name,
            **self.claims,
        }
        token = self.sign({key: value for key, value in claims.items() if key not in self.without})
        return {"access_token": "a", "token_type": "Bearer", **({"id_token": token} if token else {})}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        provider, name = self.server, self.path.rpartition("/")[2]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        provider.asked.append(name)
        if name == "token":
            found = provider.token(dict(parse_qsl(body)), self.headers["Authorization"])
        else:
            found = {
                "openid-configuration": provider.metadata,
                "keys": KeySet([provider.key]).as_dict(private=False),
            }.get(name)
        self.send_response(400 if found and "error" in found else 200)
        self.end_headers()
        self.wfile.write(provider.answers.get(name, json.dumps(found)).encode())

    do_POST = do_GET

    def log_message(self, *_facts):
        pass


@pytest.fixture(scope="module")
def running_provider():
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield provider
    provider.shutdown()
    provider.server_close()
    thread.join()


@pytest.fixture
def provider(running_provider, settings):
    provider = running_provider
    kept = dict(provider.metadata)
    provider.claims, provider.without, provider.sign, provider.answers = {}, set(), provider.sign_with_key, {}
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = provider.issuer, CLIENT, SECRET
    backend = "articles.sign_on.backends.OidcBackend"
    settings.AUTHENTICATION_BACKENDS = [*django_settings.AUTHENTICATION_BACKENDS, backend]
    yield provider
    provider.metadata = kept
    provider.asked.clear()


def log_in(client, provider, name="writer", **facts):
    """Go through the whole log-in, and return the last answer."""
    return client.get(provider.allow(client.get(BEGIN, **FROM)["Location"], name), **FROM, **facts)


def assert_refused(client, answer, name=None):
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    assert "_auth_user_id" not in client.session
    assert 'class="error"' in client.get("/admin/login/").content.decode()
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.details["way"], entry.address) == ("session.refused", "oidc", "203.0.113.5")
    assert name is None or entry.details["name"] == name


def test_whom_the_provider_confirms_is_logged_in_and_recorded(client, cast, provider):
    answer = log_in(client, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    assert client.session["_auth_user_id"] == str(cast.writer.pk)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.address) == ("session.opened", cast.writer, "203.0.113.5")
    assert entry.details["way"] == "oidc"


def test_the_request_has_all_that_protects_it(client, cast, provider):
    first, second = (parse_qs(urlsplit(client.get(BEGIN)["Location"]).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    assert first["redirect_uri"] == [f"http://testserver{BACK}"]
    for secret in ("state", "nonce", "code_challenge"):
        assert first[secret] != second[secret]
        assert len(first[secret][0]) >= 20
    assert SECRET not in str(first)


def test_the_session_changes_its_key_at_the_log_in(client, cast, provider):
    address = client.get(BEGIN)["Location"]
    before = client.session.session_key
    client.get(provider.allow(address))
    assert client.session.session_key != before


def test_one_comes_back_to_where_the_log_in_was_asked_for_but_not_elsewhere(client, cast, provider):
    for target, then in (
        ("/admin/queue/", "/admin/queue/"),
        ("https://evil.example/", "/admin/"),
        ("//evil", "/admin/"),
    ):
        browser = Client()
        address = browser.get(BEGIN, {"next": target})["Location"]
        assert browser.get(provider.allow(address))["Location"] == then


HOUR = 3600
WRONG_CLAIMS = {
    "another audience": {"aud": "another"},
    "another audience, authorised by us": {"aud": "another", "azp": CLIENT},
    "two audiences, authorised for another": {"aud": [CLIENT, "another"], "azp": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "expired": {"exp": int(time.time()) - HOUR},
    "not valid yet": {"nbf": int(time.time()) + HOUR},
    "another nonce": {"nonce": "x" * 20},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_is_refused(client, cast, provider, wrong):
    provider.claims = WRONG_CLAIMS[wrong]
    assert_refused(client, log_in(client, provider))


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "iat", "nonce", "preferred_username"])
def test_a_token_that_lacks_a_claim_is_refused(client, cast, provider, missing):
    provider.without = {missing}
    assert_refused(client, log_in(client, provider))


def unsigned(claims):
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


FORGED = {
    "alg none": lambda provider: unsigned,
    "signed with the shared secret": lambda provider: (
        lambda claims: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
    ),
    "signed with the public key as a secret": lambda provider: (
        lambda claims: jwt.encode(
            {"alg": "HS256", "kid": "one"},
            claims,
            OctKey.import_key(provider.key.as_pem(private=False)),
            algorithms=["HS256"],
        )
    ),
    "signed by somebody else": lambda provider: (
        lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048, {"kid": "one"}))
    ),
    "an unknown key": lambda provider: (
        lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, RSAKey.generate_key(2048, {"kid": "two"}))
    ),
    "no token": lambda provider: lambda claims: "",
    "nonsense": lambda provider: lambda claims: "a.b.c",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_is_refused(client, cast, provider, how):
    provider.sign = FORGED[how](provider)
    assert_refused(client, log_in(client, provider))


def test_an_answer_to_another_browser_or_a_second_time_is_refused(client, cast, provider):
    back = provider.allow(client.get(BEGIN)["Location"])
    stranger = Client()
    assert_refused(stranger, stranger.get(back, **FROM))
    assert provider.asked.count("token") == 0, "the code is not spent for a stranger"
    assert client.get(back)["Location"] == "/admin/"
    client.logout()
    assert_refused(client, client.get(back, **FROM))


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=", "?error=access_denied&state=x"])
def test_an_answer_that_nobody_asked_for_is_refused(client, cast, provider, query):
    client.get(BEGIN)
    assert_refused(client, client.get(BACK + query, **FROM))


def test_a_key_that_was_changed_meanwhile_is_accepted(client, cast, provider):
    address = client.get(BEGIN)["Location"]
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})
    assert client.get(provider.allow(address))["Location"] == "/admin/"


@pytest.mark.parametrize("name", ["nobody", "boss", "closed", "outside", ""])
def test_only_accounts_that_are_there_and_open_are_logged_in_and_none_is_made(client, cast, provider, name):
    make_user("closed", ["write"], is_active=False)
    User.objects.create_user("outside", password="x")
    count = User.objects.count()
    assert_refused(client, log_in(client, provider, name), name)
    assert User.objects.count() == count


def test_capitals_do_not_matter_unless_two_accounts_differ_by_them(client, cast, provider):
    assert log_in(client, provider, "WRITER")["Location"] == "/admin/"
    client.logout()
    make_user("Writer", ["write"])
    assert_refused(client, log_in(client, provider, "writer"))


def test_the_name_is_taken_from_the_claim_that_the_settings_name(client, cast, provider, settings):
    settings.OIDC_USERNAME_CLAIM = "employee"
    provider.claims = {"employee": "editor"}
    log_in(client, provider, "writer")
    assert client.session["_auth_user_id"] == str(cast.editor.pk)


BROKEN = {
    "down": ("OIDC_ISSUER", "http://127.0.0.1:9"),
    "calls itself something else": ("issuer", "https://evil.example"),
    "signs without a key": ("id_token_signing_alg_values_supported", ["none", "HS256"]),
    "not JSON": ("openid-configuration", "<html>"),
    "nothing": ("openid-configuration", "{}"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_provider_that_does_not_answer_as_it_should_is_said_so(client, cast, provider, settings, how):
    key, value = BROKEN[how]
    if key == "OIDC_ISSUER":
        settings.OIDC_ISSUER = value
    elif key in provider.metadata:
        provider.metadata = {**provider.metadata, key: value}
    else:
        provider.answers[key] = value
    answer = client.get(BEGIN, headers={"accept-language": "en"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    page = client.get("/admin/login/", headers={"accept-language": "en"}).content.decode()
    assert "does not answer as it should" in page


@pytest.mark.parametrize(("name", "text"), [("keys", "x"), ("keys", '{"keys": []}'), ("token", "x"), ("token", "[]")])
def test_a_provider_that_breaks_off_logs_nobody_in(client, cast, provider, name, text):
    address = client.get(BEGIN)["Location"]
    provider.answers[name] = text
    assert_refused(client, client.get(provider.allow(address), **FROM))


def test_from_an_address_that_is_not_open_nobody_is_logged_in(client, cast, provider):
    AddressLimit.objects.create(who="everybody", networks="192.0.2.0/24")
    assert_refused(client, log_in(client, provider), "writer")


def test_who_fails_too_often_waits(client, cast, provider):
    for _ in range(login_locks.RULES[LoginLock.Kind.ADDRESS].failures + 1):  # the last one is refused unasked
        client.get(BACK, **FROM)
    assert AuditEntry.objects.first().details["why"] == "locked"
    count = AuditEntry.objects.count()
    assert client.get(BACK, **FROM)["Location"] == "/admin/login/"
    assert AuditEntry.objects.count() == count
    assert log_in(client, provider)["Location"] == "/admin/login/"


def test_the_button_is_there_if_the_way_is_set(client, cast, provider, settings):
    page = client.get("/admin/login/", {"next": "/admin/queue/"}).content.decode()
    assert f'href="{BEGIN}?next=%2Fadmin%2Fqueue%2F"' in page
    settings.OIDC_ISSUER = None
    assert BEGIN not in client.get("/admin/login/").content.decode()
    for address in (BEGIN, BACK, "/admin/sign-on/other/", "/admin/sign-on/ldap/back/"):
        assert client.get(address).status_code == 404


def test_a_way_that_is_switched_off_ends_its_sessions(client, cast, provider, settings):
    log_in(client, provider)
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert client.get("/admin/").status_code == 302
