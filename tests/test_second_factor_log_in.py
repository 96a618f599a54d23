"""The second step of the log-in: until it is done the session is a stranger's; acts ask again, with nothing lost."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from webauthn.helpers import bytes_to_base64url

from articles import passwords, publishing, second_factor
from articles.models import AuditEntry, Edition, SignOff
from articles.second_factor import passkeys
from tests.cast import make_user
from tests.factors import code_of, demand, give_app, proven

pytestmark = pytest.mark.django_db

STEP, OWN, LOST = "/admin/second-factor/", "/admin/second-factor/own/", "/admin/second-factor/lost/"
CHALLENGE = "/admin/second-factor/challenge/"


def log_in(client, name, **more):
    return client.post("/admin/login/", {"username": name, "password": f"secret-of-{name}", **more})


def send(client, address, sent, **more):
    """POST as a browser does; a stranger's form in parts is refused before it is read."""
    return client.post(address, urlencode(sent), content_type="application/x-www-form-urlencoded", **more)


def prove(client, code):
    return send(client, STEP, {"factor_code": code})


@pytest.fixture
def chief(cast):
    """The chief's app (its secret) and recovery codes."""
    return give_app(cast.chief)


# --- Two steps --------------------------------------------------------------------------------------------------


def test_password_and_code_log_in_and_lead_where_one_was_going(client, cast, chief):
    secret, _codes = chief
    assert log_in(client, "chief", next="/admin/queue/").url == STEP
    page = client.get(STEP)
    assert "no-store" in page["Cache-Control"]
    assert "'self'" in page["Content-Security-Policy"]
    before = client.session.session_key
    assert prove(client, code_of(secret)).url == "/admin/queue/"
    assert client.session.session_key != before
    assert client.get("/admin/queue/").status_code == 200
    actions = list(AuditEntry.objects.filter(action__startswith="session.").values_list("action", "actor"))
    assert actions == [("session.opened", cast.chief.pk), ("session.factor_proven", cast.chief.pk)]


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.cn"])
def test_the_second_step_leads_nowhere_else(client, cast, chief, elsewhere):
    log_in(client, "chief", next=elsewhere)
    assert prove(client, code_of(chief[0])).url == "/admin/"


DOORS = [
    "/admin/",
    "/admin/queue/",
    "/admin/articles/article/",
    "/admin/articles/article/{number}/change/",
    "/admin/articles/article/{number}/review/",
    "/admin/articles/article/{number}/revisions/1/text/",
    "/admin/articles/article/{number}/sheet/",
    "/admin/password_change/",
    "/admin/jsi18n/",
    LOST,
]


@pytest.mark.parametrize("door", DOORS)
def test_the_password_alone_opens_nothing(client, cast, chief, door):
    article = cast.article(title="机密")
    cast.sign(article, times=2)
    log_in(client, "chief")
    address = door.format(number=article.pk)
    for answer in (client.get(address), client.post(address, {"decision": "pass", "revision": 1, "opinion": ""})):
        assert answer.status_code == 302
        assert answer.url.startswith("/admin/login/")
    assert not SignOff.objects.filter(person=cast.chief).exists()
    assert client.get(answer.url).url == STEP  # the log-in page leads on to the second step


def test_every_way_to_log_in_owes_the_factor(client, cast, chief):
    """As any other door would: Django's `login`, without the form of the desk."""
    client.force_login(cast.chief)
    assert client.get("/admin/").url.startswith("/admin/login/")


def test_the_factor_of_somebody_else_does_not_log_in(client, cast, chief):
    other, _codes = give_app(cast.editor)
    log_in(client, "chief")
    assert prove(client, code_of(other)).status_code == 403
    assert client.get("/admin/").status_code == 302


def test_a_wrong_code_is_said_and_five_make_one_wait(client, cast, chief):
    log_in(client, "chief")
    for _ in range(5):
        page = prove(client, "000000")
        assert page.status_code == 403
        assert "这个验证码不对" in page.content.decode()
    page = prove(client, code_of(chief[0]))
    assert page.status_code == 403
    assert "验证码错误次数过多" in page.content.decode()


def test_nothing_typed_is_asked_again_and_not_recorded(client, cast, chief):
    log_in(client, "chief")
    assert prove(client, "").status_code == 200
    assert not AuditEntry.objects.filter(action="session.factor_refused").exists()


def test_an_account_that_was_switched_off_between_the_steps_stays_out(client, cast, chief):
    log_in(client, "chief")
    cast.chief.is_active = False
    cast.chief.save()
    prove(client, code_of(chief[0]))
    assert client.get("/admin/").url.startswith("/admin/login/")


def test_cancelling_forgets_the_password_step(client, cast, chief):
    log_in(client, "chief")
    assert send(client, STEP, {"cancel": "1"}).url == "/admin/login/"
    assert client.get(STEP).url == "/admin/login/"
    assert prove(client, code_of(chief[0])).status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_fixed_session_is_not_the_one_that_is_logged_in(cast, chief):
    """Somebody who planted a session, or read it after the first step, has nothing after the second one."""
    victim, thief = Client(), Client()
    log_in(victim, "chief")
    thief.cookies["sessionid"] = victim.cookies["sessionid"].value
    prove(victim, code_of(chief[0]))
    assert victim.get("/admin/").status_code == 200
    assert thief.get("/admin/").status_code == 302


def test_without_a_factor_the_password_is_enough(client, cast):
    assert log_in(client, "writer").url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert client.get(client.get(STEP).url).url == "/admin/"


def test_a_recovery_code_logs_in_and_says_when_few_are_left(client, cast, chief):
    for code in chief[1][:7]:
        second_factor.check_code(cast.chief, code)
    log_in(client, "chief")
    page = send(client, STEP, {"factor_code": chief[1][7]}, follow=True)
    (sentence,) = [str(message) for message in page.context["messages"]]
    assert " 2 " in sentence


# --- Setting up -------------------------------------------------------------------------------------------------


def test_who_must_have_one_sets_it_up_before_anything_else(client, cast):
    demand("final")
    log_in(client, "chief", next="/admin/queue/")
    assert client.get(STEP).url == OWN
    assert client.get("/admin/").status_code == 302
    page = client.get(OWN).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert secret not in str(dict(client.session))
    assert client.get(OWN).content.decode().count(" ".join(re.findall("....", secret))) == 1, (
        "the same when loaded again"
    )
    assert send(client, OWN, {"act": "app", "code": "000000"}).status_code == 403
    page = send(client, OWN, {"act": "app", "code": code_of(secret)})
    codes = re.findall(r"<code>([A-Z2-9]{4}(?:-[A-Z2-9]{4}){3})</code>", page.content.decode())
    assert len(codes) == 10
    assert page.context["next"] == "/admin/queue/"
    assert client.get("/admin/queue/").status_code == 200
    assert "recovery-codes" not in client.get(OWN).content.decode()
    assert AuditEntry.objects.first().action == "session.opened"


def test_who_has_one_cannot_set_up_another_with_the_password_alone(client, cast, chief):
    log_in(client, "chief")
    assert client.get(OWN).url == STEP
    assert send(client, OWN, {"act": "codes"}).url == STEP
    assert send(client, OWN, {"act": "remove", "factor": cast.chief.factors.get().pk}).url == STEP
    assert cast.chief.factors.count() == 1


def test_a_stranger_sets_up_nothing(client, cast):
    for address in (OWN, STEP, CHALLENGE):
        assert client.get(address).url == send(client, address, {}).url == "/admin/login/"


def test_changing_ones_factors_asks_for_a_proof_and_goes_on_with_it(client, cast, chief):
    log_in(client, "chief")
    prove(client, code_of(chief[0]))
    age_proof(client)
    page = send(client, OWN, {"act": "codes"})
    assert page.status_code == 403
    assert ("act", "codes") in page.context["sent"]
    page = send(client, OWN, {"act": "codes", "factor_code": code_of(chief[0], steps=1)})
    assert len(page.context["codes"]) == 10


# --- Asked again ------------------------------------------------------------------------------------------------


def age_proof(client):
    session = client.session
    session["factor_proven_at"] = (timezone.now() - timedelta(minutes=16)).timestamp()
    session.save()


@pytest.fixture
def logged_in(client, cast, chief):
    """A chief who proved the factor more than a quarter of an hour ago."""
    log_in(client, "chief")
    prove(client, code_of(chief[0]))
    cast.chief.factors.update(added_at="2026-01-01T00:00Z")
    age_proof(client)
    return client


def doors(cast):
    """(address, what is sent, whether it was done) of every way to an act that asks."""
    waiting, queued, urgent, public, gone = (cast.article() for _ in range(5))
    for article in (waiting, queued):
        cast.sign(article, times=2)
    cast.sign(urgent, times=1)
    with proven(cast.chief):
        for article in (public, gone):
            cast.publish(article)
    publishing.withdraw_article(gone, by=cast.admin, reason="失实")
    base = "/admin/articles/article"
    signed = lambda article: SignOff.objects.filter(article=article, person=cast.chief, decision="pass").exists()  # noqa: E731

    def live(article):
        article.refresh_from_db()
        return article.live is not None

    sign = {"decision": "pass", "revision": waiting.newest.number, "opinion": "同意签发"}
    ticks = {"article": f"{queued.pk}-{queued.newest.number}", "opinion": "同意"}
    return {
        "reading page": (f"{base}/{waiting.pk}/review/", sign, lambda: signed(waiting)),
        "queue": ("/admin/queue/", ticks, lambda: signed(queued)),
        "urgent": (
            f"{base}/{urgent.pk}/urgent/",
            {"reason": "险情"},
            lambda: Edition.objects.filter(article=urgent).exists(),
        ),
        "withdraw": (f"{base}/{public.pk}/withdraw/", {"reason": "失实"}, lambda: not live(public)),
        "put back": (f"{base}/{gone.pk}/put_back/", {"reason": "已核实"}, lambda: live(gone)),
    }


@pytest.mark.parametrize("door", ["reading page", "queue", "urgent", "withdraw", "put back"])
def test_the_act_asks_again_and_then_does_what_was_sent(logged_in, cast, chief, door):
    address, sent, is_done = doors(cast)[door]
    page = logged_in.post(address, sent)
    assert page.status_code == 403
    assert not is_done()
    kept = dict(page.context["sent"])
    assert kept == {name: str(value) for name, value in sent.items()}
    page = logged_in.post(address, {**kept, "factor_code": "000000"})
    assert (page.status_code, page.context["refusal"].id) == (403, "second_factor.wrong_code")
    assert not is_done()
    logged_in.post(address, {**kept, "factor_code": code_of(chief[0], steps=1)})
    assert is_done()


def test_after_one_proof_nothing_is_asked_for_a_quarter_of_an_hour(logged_in, cast, chief):
    code = {"factor_code": code_of(chief[0], steps=1)}
    for name, (address, sent, is_done) in doors(cast).items():
        logged_in.post(address, {**sent, **code})
        code = {}
        assert is_done(), name


def test_without_a_factor_that_is_demanded_by_now_the_page_leads_to_it(client, cast):
    client.force_login(cast.chief)
    demand("withdraw")
    address, sent, is_done = doors_of_withdrawal(cast)
    page = client.post(address, sent)
    assert page.status_code == 403
    assert OWN in page.content.decode()
    assert not is_done()


def doors_of_withdrawal(cast):
    demanded = ["withdraw"]
    demand()
    found = doors(cast)["withdraw"]
    demand(*demanded)
    return found


# --- Passkeys that are none -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://news.example.cn", "news.example.cn"),
        ("https://news.example.cn:8443", "news.example.cn"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", ""),
        ("https://[::1]:8000", ""),
        ("http://news.example.cn", ""),
    ],
)
def test_passkeys_are_bound_to_the_host_of_the_site(settings, address, host):
    settings.SITE_URL = address
    assert passkeys.passkey_host() == host


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
ANSWERS = st.text(max_size=80) | st.builds(
    lambda identity, response, more: json.dumps({"id": identity, "rawId": identity, "response": response, **more}),
    st.sampled_from(["AAAA", "", "é", "A" * 1401]),
    JSON
    | st.dictionaries(st.sampled_from(["clientDataJSON", "attestationObject", "authenticatorData", "signature"]), JSON),
    st.dictionaries(st.sampled_from(["type", "clientExtensionResults"]), JSON),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=ANSWERS)
def test_no_answer_of_a_browser_is_an_error(cast_with_passkey, answer):
    user = cast_with_passkey
    assert passkeys.verified_registration(answer, b"challenge") is None
    with pytest.raises(second_factor.CodeRefused):
        second_factor.check_passkey(user, answer, b"challenge")


@pytest.fixture
def cast_with_passkey(db, settings):
    settings.SITE_URL = "https://news.example.cn"
    settings.SECURE_SSL_REDIRECT = False
    user = make_user("key-holder")
    user.factors.create(
        kind="passkey",
        name="钥匙",
        added_at=timezone.now(),
        credential="AAAA",
        public_key="AAAA",
        host="news.example.cn",
    )
    return user


def test_the_browser_is_asked_for_a_passkey_of_this_site_that_the_account_does_not_have(cast_with_passkey):
    asked, challenge = second_factor.registration_request(cast_with_passkey)
    facts = json.loads(asked)
    assert (facts["rp"]["id"], facts["user"]["name"]) == ("news.example.cn", "key-holder")
    assert (facts["challenge"], bool(challenge)) == (bytes_to_base64url(challenge), True)
    assert [known["id"] for known in facts["excludeCredentials"]] == ["AAAA"]


def test_a_challenge_is_good_for_one_answer(client, cast_with_passkey):
    log_in(client, "key-holder")
    assert json.loads(send(client, CHALLENGE, {}).content)["rpId"] == "news.example.cn"
    assert "factor_challenge" in client.session
    send(client, STEP, {"factor_passkey": "{}"})
    assert "factor_challenge" not in client.session


def test_the_log_in_page_says_that_demo_accounts_have_no_factor(client, cast):
    sentence = "None of them has a second factor."
    passwords.set_demo_password(cast.writer)
    assert sentence in client.get("/admin/login/", headers={"accept-language": "en"}).content.decode()
