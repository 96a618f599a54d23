"""What a password may be, how long it holds, and that only its person sets it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles import accounts, passwords
from articles.duty_assignments import assigning
from articles.models import AccountPassword, AuditEntry, DeskSession, Person
from articles.passwords.guessing import find_parts
from tests.cast import make_user

pytestmark = pytest.mark.django_db
GOOD = "Wiesental-Mohn-47"


def codes(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return {error.code for error in refusal.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        *("zhaoyang2026", "Zhaoyang@2026", "ZhaoYang-2026!", "chief12345", "Chief#12345", "aaaaaaaaab", "Aaaaaaaaa1!"),
        *("qwertyuiop1A", "Qwer1234!@#$", "1qaz2wsx3edC", "!QAZ2wsx#EDC", "1q2w3e4r5t6Y", "zxcvbnm,./1A", "asdfGHJKL;'1"),
        *("Passw0rd2026!", "P@ssw0rd123", "Admin@123456", "Admin888888!", "Root!20260101", "Test1234test1234"),
        *("Newsroom-2026", "Xinwen@2026!", "Rongmeiti123!", "Bianji_888888", "Zongbian2026#", "Shenhe#20261128"),
        *("Jichuan@12345", "Wang.Xiaoming1990", "Liming19900512!", "Woaini1314520!", "Zhongguo@1949", "Beijing-2008-2008"),
        *("Abcd1234abcd!", "abcABC123!@#", "Abcabcabc123!", "9876543210Aa!", "13812345678Aa!", "Iloveyou-1314", "Monday-2026!"),
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused(password):
    assert "guessable" in codes(password)


@pytest.mark.parametrize(
    "password",
    [GOOD, "Hallo-Welt-2026", "k7Qp2xZm9w", "liuShui-qiao7-yuetang", "绿皮火车Kx7过桥3次", "cRab.tulip.9.fjord"],
)
def test_what_nobody_would_try_is_taken(password):
    assert codes(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Mo7n-wal", "password_too_short"),
        ("M7-" * 50, "too_long"),
        ("wiesentalmohnkraut", "too_few_kinds"),
        ("WIESENTAL47MOHN", "too_few_kinds"),
        ("wiesental47mohn", "too_few_kinds"),
    ],
)
def test_length_and_kinds(password, code):
    assert code in codes(password)


@pytest.mark.parametrize(
    "password",
    [
        "Wiese-linxiaozhou-47",
        "LinXiaoZhou-Mohn-4",
        "Mohn-uohzoaixnil-47",
        "林晓舟-Mohn-4729",
        "Mohn-霁川县融媒体中心-4",
        "Taube-97-Mohn",
    ],
)
def test_nothing_about_the_person(password):
    user = make_user("linxiaozhou", email="taube@jichuan.example")
    Person.objects.create(name="林晓舟", unit="霁川县融媒体中心", user=user)
    assert "about_the_person" in codes(password, user)
    assert "about_the_person" not in codes(password)


def test_a_single_sign_between_parts_counts_for_nothing():
    assert find_parts("Zhao-Yang_2026") == ["zhao", "yang", "2026"]
    assert len(find_parts("2026!2026?2026")) == 1


def test_none_of_the_last_five_again(cast):
    chosen = [f"Wiesental-Mohn-{number}7" for number in range(6)]
    for password in chosen:
        validate_password(password, cast.writer)
        passwords.change_own_password(cast.writer, password)
    assert [codes(password, cast.writer) for password in chosen] == [set(), *[{"used_before"}] * 5]
    assert codes(chosen[-1], cast.head) == set(), "it is another's"
    assert len(passwords.password_facts(cast.writer).former) == 5


def test_the_password_of_before_counts_though_it_was_not_kept(cast):
    passwords.change_own_password(cast.writer, GOOD)
    cast.writer.refresh_from_db()
    assert "used_before" in codes("secret-of-writer", cast.writer)


def test_changing_it_is_recorded_and_ends_all_sessions(client, cast):
    client.force_login(cast.writer)
    passwords.change_own_password(cast.writer, GOOD)
    assert User.objects.get(pk=cast.writer.pk).check_password(GOOD)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.details) == ("user.password_changed", cast.writer, {})
    assert not DeskSession.objects.filter(user=cast.writer).exists()


def test_the_page_changes_it_and_keeps_this_session_alone(client, cast):
    other = type(client)()
    for browser in (client, other):
        browser.force_login(cast.writer)
    facts = {"old_password": "secret-of-writer", "new_password1": GOOD, "new_password2": GOOD}
    assert client.post("/admin/password_change/", facts).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_whoever_sits_at_anothers_desk_does_not_guess_on(client, cast):
    client.force_login(cast.writer)
    facts = {"old_password": "wrong", "new_password1": GOOD, "new_password2": GOOD}
    answers = [client.post("/admin/password_change/", facts) for _time in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [302]
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


# --- Age, and passwords that somebody else knows --------------------------------------------------------------------


def set_long_ago(user, **facts):
    long_ago = timezone.now() - timedelta(days=91)
    AccountPassword.objects.update_or_create(user=user, defaults={"set_at": long_ago, **facts})


def log_in(client, user):
    return client.post("/admin/login/", {"username": user.username, "password": f"secret-of-{user.username}"})


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/queue/", "/admin/articles/article/", "/admin/jsi18n/", "/admin/sessions/"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "head"])
def test_a_password_that_is_over_opens_nothing_but_its_change(client, cast, path, method):
    set_long_ago(cast.chief)
    log_in(client, cast.chief)
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/password_change/")


def test_a_form_that_is_sent_with_a_password_that_is_over_changes_nothing(client, cast):
    article = cast.article()
    set_long_ago(cast.writer)
    log_in(client, cast.writer)
    client.post(f"/admin/articles/article/{article.pk}/submit/")
    article.refresh_from_db()
    assert article.stage == 0
    facts = {"old_password": "secret-of-writer", "new_password1": GOOD, "new_password2": GOOD}
    client.post("/admin/password_change/", facts)
    client.post(f"/admin/articles/article/{article.pk}/submit/")
    article.refresh_from_db()
    assert article.stage == 1


def test_a_password_is_reminded_of_before_it_is_over(client, cast, settings):
    for days, told in ((70, False), (76, True)):
        set_long_ago(cast.writer, set_at=timezone.now() - timedelta(days=days))
        log_in(client, cast.writer)
        assert bool(client.get("/admin/").context["password_due"]) is told
    settings.PASSWORD_DAYS = 180
    log_in(client, cast.writer)
    assert not client.get("/admin/").context["password_due"]


def test_a_password_that_somebody_else_set_is_changed_first(client, cast):
    by = accounts.find_or_open_command_line()
    passwords.set_password_on_server(cast.writer, "secret-of-writer", must_change=True, by=by)
    log_in(client, cast.writer)
    assert client.get("/admin/")["Location"] == "/admin/password_change/"
    page = client.get("/admin/password_change/", headers={"accept-language": "en"}).content.decode()
    assert "Before you continue, choose a new password" in page
    entry = AuditEntry.objects.get(action="user.password_set_on_server")
    assert (entry.actor, entry.object_id) == (by, str(cast.writer.pk))


def test_the_demo_is_open_to_all_and_says_so(client, cast):
    assert "demonstration" not in client.get("/admin/login/", headers={"accept-language": "en"}).content.decode()
    passwords.set_demo_password(cast.chief)
    page = client.get("/admin/login/", headers={"accept-language": "en"}).content.decode()
    assert "This is a demonstration" in page
    assert "<code>chief</code>" in page
    AccountPassword.objects.update(set_at=timezone.now() - timedelta(days=900))
    client.post("/admin/login/", {"username": "chief", "password": passwords.DEMO_PASSWORD})
    assert client.get("/admin/").status_code == 200
    passwords.change_own_password(cast.chief, GOOD)
    assert passwords.demo_accounts() == []


def test_a_password_that_one_administrator_may_know_is_void_once_there_are_duties(client, cast):
    security = make_user("security", ["grant"])
    passwords.write_password(cast.stranger, GOOD, is_confirmed=False)
    passwords.change_own_password(cast.stranger, "Kiefer-Wanne-93")  # whoever it is that changes it
    client.force_login(cast.stranger)
    assigning.assign_role(cast.stranger, "chief", None, by=security)
    assert not User.objects.get(pk=cast.stranger.pk).has_usable_password()
    assert client.get("/admin/").status_code == 302
    assert AuditEntry.objects.filter(action="user.password_voided").exists()
    assigning.assign_role(cast.writer, "editor", None, by=security)
    assert User.objects.get(pk=cast.writer.pk).has_usable_password()


# --- The owner of the machine --------------------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch):
    answers = []
    monkeypatch.setattr("articles.management.first_account.getpass", lambda _question: answers.pop(0))
    monkeypatch.setenv("LC_ALL", "C")
    return answers


def test_createsuperuser_is_recorded(typed):
    typed += [GOOD, GOOD]
    call_command("createsuperuser", username="guweizhen", email="gu@jichuan.example")
    account = User.objects.get(username="guweizhen")
    assert (account.is_superuser, account.is_staff, account.check_password(GOOD)) == (True, True, True)
    assert not account.password_facts.must_change
    actions = set(AuditEntry.objects.filter(object_id=str(account.pk)).values_list("action", flat=True))
    assert actions == {"user.added", "user.password_set_on_server"}


def test_createsuperuser_without_questions_is_changed_first(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    call_command("createsuperuser", username="guweizhen", noinput=True)
    assert User.objects.get(username="guweizhen").password_facts.must_change


def test_createsuperuser_refuses_what_is_guessed(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Admin@123456")
    with pytest.raises(CommandError):
        call_command("createsuperuser", username="guweizhen", noinput=True)
    assert not User.objects.filter(username="guweizhen").exists()


def test_changepassword_is_recorded_and_changed_first(typed, cast):
    typed += [GOOD, GOOD]
    call_command("changepassword", "chief")
    cast.chief.refresh_from_db()
    assert cast.chief.check_password(GOOD)
    assert cast.chief.password_facts.must_change
    assert AuditEntry.objects.get(action="user.password_set_on_server").object_id == str(cast.chief.pk)


def test_changepassword_refuses(typed, cast):
    for name, answers, said in (("nobody", [], "no account"), ("chief", [GOOD, "other"], "not the same")):
        typed += answers
        with pytest.raises(CommandError, match=said):
            call_command("changepassword", name)
    assert User.objects.get(pk=cast.chief.pk).check_password("secret-of-chief")


# --- The address for the case that it is forgotten -----------------------------------------------------------------


def test_the_recovery_address_takes_the_password(client, cast, settings):
    client.force_login(cast.writer)
    assert client.get("/admin/recovery/").status_code == 404, "mail is not set up"
    settings.MAIL_FROM = "newsroom@jichuan.example"
    facts = {"email": "lin@jichuan.example", "old_password": "wrong"}
    assert client.post("/admin/recovery/", facts).status_code == 200
    assert passwords.password_facts(cast.writer).recovery_email == ""
    assert client.post("/admin/recovery/", {**facts, "old_password": "secret-of-writer"}).status_code == 302
    assert passwords.password_facts(cast.writer).recovery_email == "lin@jichuan.example"
    passwords.set_recovery_email(cast.writer, "lin@jichuan.example")
    assert AuditEntry.objects.filter(action="user.recovery_set").count() == 1
