"""A link, once, within thirty minutes, used by the person; for accounts with duties two people open it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from articles import password_resets, passwords, review_sheet
from articles.models import AuditEntry, DeskSession, LoginLock, PasswordReset
from articles.password_resets import CannotReset
from tests.cast import all_rows, make_user, refused

pytestmark = pytest.mark.django_db
GOOD = "Wiesental-Mohn-47"


@pytest.fixture
def system(cast):
    return make_user("system", ["accounts"])


@pytest.fixture
def security(cast):
    return make_user("security", ["grant"])


def token_of(link):
    return link.rstrip("/").rpartition("/")[2]


def start(account, by):
    reset, link = password_resets.start_reset(account, by=by)
    return reset, token_of(link)


def wait(**duration):
    for reset in PasswordReset.objects.all():
        reset.started_at -= timedelta(**duration)
        reset.expires_at -= timedelta(**duration)
        reset.save()


def has_password(user, password=GOOD):
    return User.objects.get(pk=user.pk).check_password(password)


# --- It works ------------------------------------------------------------------------------------------------------


def test_a_person_without_duties_sets_a_password_with_the_link(cast, system, client):
    client.force_login(cast.stranger)
    _reset, token = start(cast.stranger, system)
    assert has_password(cast.stranger, "secret-of-stranger"), "the old one works until then"
    password_resets.use_reset(token, code="", password=GOOD)
    assert has_password(cast.stranger)
    assert not DeskSession.objects.filter(user=cast.stranger).exists()
    assert not passwords.password_facts(cast.stranger).is_confirmed, "the administrator has seen the link"
    started, used = AuditEntry.objects.order_by("pk")
    assert (started.action, started.actor) == ("user.reset_started", system)
    assert (used.action, used.actor, used.details["reset_by"]) == ("user.password_reset", cast.stranger, "system")


def test_for_an_account_with_duties_it_takes_two(cast, system, security):
    reset, token = start(cast.chief, system)
    with refused(CannotReset, "has not confirmed this yet"):
        password_resets.use_reset(token, code="", password=GOOD)
    code = password_resets.confirm_reset(reset, by=security)
    assert len(code) == 8
    password_resets.use_reset(token, code=f" {code[:4]} {code[4:]} ", password=GOOD)
    assert has_password(cast.chief)
    assert passwords.password_facts(cast.chief).is_confirmed
    entry = AuditEntry.objects.get(action="user.password_reset")
    assert entry.details == {"name": "chief", "reset_by": "system、security"}


def test_neither_link_nor_code_nor_password_is_stored(cast, system, security):
    reset, token = start(cast.chief, system)
    code = password_resets.confirm_reset(reset, by=security)
    password_resets.use_reset(token, code=code, password=GOOD)
    stored = str(all_rows())
    for secret in (token, token.replace("-", ""), f"'{code}'", GOOD):
        assert secret not in stored


def test_a_link_may_be_typed_from_a_slip(cast, system):
    _reset, token = start(cast.stranger, system)
    password_resets.use_reset(token.replace("-", "").upper(), code="", password=GOOD)
    assert has_password(cast.stranger)


def test_a_reset_unlocks_the_name(cast, system):
    now = timezone.now()
    facts = {"kind": "account", "subject": "stranger", "failed_at": now, "locked_until": now + timedelta(hours=1)}
    LoginLock.objects.create(
        key=password_resets.login_locks._key("account", "stranger"), forgotten_at=now + timedelta(hours=9), **facts
    )
    _reset, token = start(cast.stranger, system)
    password_resets.use_reset(token, code="", password=GOOD)
    assert not LoginLock.objects.exists()


# --- It refuses ----------------------------------------------------------------------------------------------------


def test_a_link_works_once(cast, system):
    _reset, token = start(cast.stranger, system)
    password_resets.use_reset(token, code="", password=GOOD)
    with refused(CannotReset, "This link does not work"):
        password_resets.use_reset(token, code="", password="Kiefer-Wanne-93")


@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "x" * 5000])
def test_no_other_link_works(cast, system, token):
    start(cast.stranger, system)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code="", password=GOOD)


def test_a_link_works_for_thirty_minutes(cast, system):
    _reset, token = start(cast.stranger, system)
    wait(minutes=30)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code="", password=GOOD)


def test_after_its_confirmation_a_link_works_for_thirty_minutes_again(cast, system, security):
    reset, token = start(cast.chief, system)
    wait(hours=23)
    code = password_resets.confirm_reset(reset, by=security)
    wait(minutes=30)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code=code, password=GOOD)


def test_a_reset_is_confirmed_within_a_day(cast, system, security):
    reset, _token = start(cast.chief, system)
    wait(hours=24)
    with refused(CannotReset, "does not work"):
        password_resets.confirm_reset(reset, by=security)


def test_a_newer_reset_replaces_it(cast, system):
    _reset, first = start(cast.stranger, system)
    _reset, second = start(cast.stranger, system)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(first, code="", password=GOOD)
    password_resets.use_reset(second, code="", password=GOOD)


def test_five_wrong_codes_end_it(cast, system, security):
    reset, token = start(cast.chief, system)
    code = password_resets.confirm_reset(reset, by=security)
    wrong = "0" * 8 if code != "0" * 8 else "1" * 8
    for _time in range(5):
        with pytest.raises(CannotReset) as refusal:
            password_resets.use_reset(token, code=wrong, password=GOOD)
        assert refusal.value.id == "password_resets.wrong_code"
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code=code, password=GOOD)
    assert AuditEntry.objects.filter(action="user.reset_refused").count() == 5
    assert has_password(cast.chief, "secret-of-chief")


def test_a_duty_that_came_meanwhile_takes_a_code(cast, system, security):
    """Started while the account had none: the link alone, which the administrator has seen, is not enough any more."""
    from articles.duty_assignments import assigning  # noqa: PLC0415

    _reset, token = start(cast.stranger, system)
    assigning.assign_role(cast.stranger, "chief", None, by=security)
    with refused(CannotReset, "has not confirmed"):
        password_resets.use_reset(token, code="", password=GOOD)


@pytest.mark.parametrize("password", ["short", "Stranger-Mohn-47", "Admin@123456"])
def test_what_cannot_be_a_password_is_refused_and_the_link_stays_good(cast, system, password):
    _reset, token = start(cast.stranger, system)
    with refused(ValidationError):
        password_resets.use_reset(token, code="", password=password)
    password_resets.use_reset(token, code="", password=GOOD)


def test_a_deactivated_account_is_not_reset(cast, system):
    _reset, token = start(cast.stranger, system)
    User.objects.filter(pk=cast.stranger.pk).update(is_active=False)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code="", password=GOOD)
    with refused(CannotReset, "is deactivated"):
        password_resets.start_reset(cast.stranger, by=system)


# --- The wrong person ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["chief", "writer", "stranger", "security"])
def test_only_who_opens_accounts_starts_one(cast, security, who):
    by = security if who == "security" else getattr(cast, who)
    with refused(PermissionDenied):
        password_resets.start_reset(cast.head, by=by)


@pytest.mark.parametrize("duty", ["grant", "audit", "superuser"])
def test_accounts_that_may_more_are_left_to_superusers(cast, system, duty):
    theirs = cast.admin if duty == "superuser" else make_user("other", [duty])
    with refused(PermissionDenied, "may do more"):
        password_resets.start_reset(theirs, by=system)


def test_nobody_resets_their_own(cast, system):
    with refused(CannotReset, "your own account"):
        password_resets.start_reset(system, by=system)


def test_whoever_started_it_does_not_confirm_it(cast, security):
    reset, _token = start(cast.chief, cast.admin)
    with refused(CannotReset, "another person has to confirm"):
        password_resets.confirm_reset(reset, by=cast.admin)
    with refused(PermissionDenied):
        password_resets.confirm_reset(reset, by=cast.head)
    own, _token = start(security, cast.admin)
    with refused(CannotReset, "your own account"):
        password_resets.confirm_reset(own, by=security)


def test_what_needs_no_code_is_not_confirmed(cast, system, security):
    reset, _token = start(cast.stranger, system)
    with refused(CannotReset, "needs no confirmation"):
        password_resets.confirm_reset(reset, by=security)


def test_stopping_is_for_those_who_start_or_confirm(cast, system, security):
    reset, token = start(cast.chief, system)
    with refused(PermissionDenied):
        password_resets.stop_reset(reset, by=cast.chief)
    password_resets.stop_reset(reset, by=security)
    with refused(CannotReset, "does not work"):
        password_resets.use_reset(token, code="", password=GOOD)
    password_resets.stop_reset(reset, by=system)
    assert AuditEntry.objects.filter(action="user.reset_stopped").count() == 1, "already done"


# --- By mail -------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(settings, mailoutbox, django_capture_on_commit_callbacks):
    settings.MAIL_FROM = "newsroom@jichuan.example"

    def ask(name):
        with django_capture_on_commit_callbacks(execute=True):
            password_resets.mail_reset(name)
        return mailoutbox

    return ask


def test_people_have_a_link_sent_to_the_address_that_they_entered(cast, asked):
    passwords.set_recovery_email(cast.chief, "chief@jichuan.example")
    (message,) = asked("chief")
    assert message.to == ["chief@jichuan.example"]
    token = token_of(next(line for line in message.body.splitlines() if "/reset/" in line))
    password_resets.use_reset(token, code="", password=GOOD)
    assert has_password(cast.chief)
    assert passwords.password_facts(cast.chief).is_confirmed


def test_an_address_that_an_administrator_entered_gets_nothing(cast, asked):
    User.objects.filter(pk=cast.chief.pk).update(email="system@jichuan.example")
    assert asked("chief") == []
    assert not PasswordReset.objects.exists()


def test_every_name_is_recorded_alike(cast, asked):
    User.objects.filter(pk=cast.head.pk).update(is_active=False)
    for name in ("chief", "nobody", "head", "wri\u202eter\0"):
        assert asked(name) == []
    entries = AuditEntry.objects.filter(action="user.reset_asked").order_by("pk")
    assert [entry.details["name"] for entry in entries] == ["chief", "nobody", "head", "writer"]


def test_nobody_floods_a_mailbox_or_the_audit(cast, asked, monkeypatch):
    passwords.set_recovery_email(cast.chief, "chief@jichuan.example")
    for _time in range(5):
        sent = asked("chief")
    assert len(sent) == 3
    monkeypatch.setattr(password_resets, "ASKED_AN_HOUR", 5)
    with refused(CannotReset, "Too many links"):
        password_resets.mail_reset("nobody")


def test_where_mail_is_not_set_up_nothing_happens(cast):
    before = all_rows()
    password_resets.mail_reset("chief")
    assert all_rows() == before


# --- The pages -----------------------------------------------------------------------------------------------------


def test_the_three_pages_of_a_reset(client, cast, system, security):
    page = {"accept-language": "en"}
    client.force_login(system)
    link = client.post(f"/admin/auth/user/{cast.chief.pk}/password/").context["link"]
    path = "/admin/" + link.partition("/admin/")[2]
    client.logout()
    assert "has not confirmed" in client.get(path, headers=page).content.decode()
    client.force_login(security)
    reset = PasswordReset.objects.get()
    assert "Confirm and show the code" in client.get("/admin/resets/", headers=page).content.decode()
    code = client.post("/admin/resets/", {"reset": reset.pk, "confirm": "1"}).context["code"]
    assert code not in client.get("/admin/resets/").content.decode(), "it is shown once"
    client.logout()
    facts = {"new_password1": GOOD, "new_password2": GOOD}
    assert client.post(path, {**facts, "code": "123"}).status_code == 200
    assert client.post(path, {**facts, "code": code, "new_password2": "x"}).status_code == 200
    assert client.post(path, {**facts, "code": code}).context["is_done"]
    assert has_password(cast.chief)
    for method in (client.get, client.post):
        assert method(path, facts).status_code == 410


def test_the_list_of_resets_takes_few_queries(client, cast, system, security, django_assert_max_num_queries):
    for number in range(20):
        start(make_user(f"person{number}", ["write"] if number % 2 else []), system)
    client.force_login(security)
    with django_assert_max_num_queries(8):
        rows = client.get("/admin/resets/").context["rows"]
    assert sum(row["waits"] for row in rows) == 10
    assert client.get("/admin/").context["resets_waiting"] == 10


def test_opening_a_link_changes_nothing(client, cast, system):
    """Messengers open links that are sent, to show what is behind them."""
    _reset, token = start(cast.stranger, system)
    before = all_rows()
    for method in (client.get, client.head):
        assert method(f"/admin/reset/{token}/").status_code == 200
    assert all_rows() == before


def test_the_forgotten_page_says_whom_to_call_or_sends_a_link(client, cast, settings):
    english = {"accept-language": "en"}
    assert "system administrator" in client.get("/admin/forgotten/", headers=english).content.decode()
    settings.ACCOUNTS_CONTACT = "技术部 0000-5550123"
    assert "0000-5550123" in client.get("/admin/forgotten/").content.decode()
    settings.MAIL_FROM = "newsroom@jichuan.example"
    answers = [client.post("/admin/forgotten/", {"username": name}, headers=english) for name in ("chief", "nobody")]
    assert answers[0].content.count(b"If there is such an account") == 1
    texts = [answer.content.decode().partition("<main")[2].partition("csrf")[0] for answer in answers]
    assert texts[0] == texts[1]


# --- It is told ----------------------------------------------------------------------------------------------------


def test_the_person_is_told_on_the_first_page(client, cast, system, security):
    reset, token = start(cast.chief, system)
    code = password_resets.confirm_reset(reset, by=security)
    password_resets.use_reset(token, code=code, password=GOOD)
    client.post("/admin/login/", {"username": "chief", "password": GOOD})
    notices = [entry.action for entry in client.get("/admin/").context["notices"]]
    assert notices == ["user.password_reset", "user.reset_confirmed", "user.reset_started"]
    client.force_login(cast.head)
    assert client.get("/admin/").context["notices"] == []


@pytest.mark.parametrize(("days", "told"), [(0, True), (6.9, True), (7.1, False)])
def test_the_review_sheet_prints_a_reset_of_the_last_seven_days(cast, system, security, days, told, monkeypatch):
    reset, token = start(cast.chief, system)
    code = password_resets.confirm_reset(reset, by=security)
    password_resets.use_reset(token, code=code, password=GOOD)
    article = cast.article()
    cast.sign(article)
    monkeypatch.setattr("articles.review_sheet.resets.RESET_TOLD", timedelta(days=7) - timedelta(days=days))
    sheet = review_sheet.review_sheet(article)
    said = [decision.reset for decision in sheet.rounds[0].readings]
    assert said[:2] == ["", ""]
    assert bool(said[2]) is told
    if told:
        assert "system、security" in said[2]


def test_resets_that_are_over_are_swept(cast, system):
    start(cast.stranger, system)
    assert password_resets.sweep_resets() == 0
    wait(hours=49)
    assert password_resets.sweep_resets() == 1
