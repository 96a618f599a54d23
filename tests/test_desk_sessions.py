"""Sessions end when they are idle, after twelve hours, at a new password, and when their person ends them."""

import time
from datetime import timedelta

import pytest
from django.conf import settings as project_settings
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from articles import desk_sessions
from articles.desk_sessions.store import SessionStore
from articles.models import AuditEntry, DeskSession
from articles.templatetags.desk_tags import browser_name
from newsroom.environment import parse_settings
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def logged_in(user, **facts):
    client = Client(**facts)
    answer = client.post("/admin/login/", {"username": user.username, "password": f"secret-of-{user.username}"})
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get("/admin/").status_code == 200


def age(client, **durations):
    """Set keys of the session back by so many seconds."""
    session = client.session
    for key, seconds in durations.items():
        session[key] -= seconds
    session.save()


def test_an_idle_session_ends_at_the_time_of_the_setting(cast):
    assert project_settings.SESSION_COOKIE_AGE == 30 * 60
    client = logged_in(cast.writer)
    assert is_in(client)
    left = DeskSession.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    DeskSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(client)


@pytest.mark.parametrize(("minutes", "is_taken"), [("4", False), ("5", True), ("120", True), ("121", False)])
def test_the_setting_has_limits(minutes, is_taken):
    _values, wrong = parse_settings({"SESSION_IDLE_MINUTES": minutes})
    assert any("SESSION_IDLE_MINUTES" in sentence for sentence in wrong) is not is_taken


def test_use_keeps_a_session_and_is_written_once_a_minute(cast, django_assert_num_queries):
    client = logged_in(cast.writer)
    assert is_in(client)
    DeskSession.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert is_in(client)
    assert DeskSession.objects.get().expire_date < timezone.now() + timedelta(minutes=2)
    age(client, seen=61)
    DeskSession.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    assert is_in(client)
    assert DeskSession.objects.get().expire_date > timezone.now() + timedelta(minutes=29)


def test_twelve_hours_are_the_most_however_busy(cast):
    client = logged_in(cast.writer)
    age(client, started=12 * 3600 - 60)
    assert is_in(client)
    age(client, started=61)
    assert not is_in(client)
    assert not DeskSession.objects.filter(user=cast.writer).exists()
    again = client.post("/admin/login/", {"username": "writer", "password": "secret-of-writer"})
    assert again.status_code == 302
    assert is_in(client), "a new session has its own twelve hours"


def test_logging_in_again_begins_anew(cast):
    client = logged_in(cast.writer)
    age(client, started=11 * 3600)
    client.post("/admin/login/", {"username": "writer", "password": "secret-of-writer"})
    assert time.time() - client.session["started"] < 60


def test_several_sessions_or_one(cast, settings):
    first, second = logged_in(cast.writer), logged_in(cast.writer)
    assert is_in(first)
    settings.SEVERAL_SESSIONS = False
    third, other = logged_in(cast.writer), logged_in(cast.head)
    assert [is_in(client) for client in (first, second, third, other)] == [False, False, True, True]


def test_people_see_and_end_their_own_sessions(cast):
    own = logged_in(cast.writer)
    other = logged_in(cast.writer, headers={"user-agent": "Firefox\u202e\x07"}, REMOTE_ADDR="198.51.100.7")
    stranger = logged_in(cast.head)
    for client in (own, other, stranger):
        assert is_in(client)
    page = own.get("/admin/sessions/")
    rows = page.context["rows"]
    assert {row["session"].browser for row in rows} == {"", "Firefox"}
    assert "198.51.100.7" in page.content.decode()
    for client in (own, other, stranger):
        assert client.session.session_key not in page.content.decode(), "whoever sees the page could use it"
    own.post("/admin/sessions/", {"session": desk_sessions.session_handle(stranger.session.session_key)})
    assert is_in(stranger), "another's is not ended"
    handle = desk_sessions.session_handle(other.session.session_key)
    own.post("/admin/sessions/", {"session": handle})
    assert (is_in(own), is_in(other)) == (True, False)
    own.post("/admin/sessions/", {"session": handle})
    assert AuditEntry.objects.filter(action="session.ended").count() == 1, "already done"


def test_a_session_is_listed_with_its_last_use_and_before_its_first(cast):
    session = SessionStore()
    session[SESSION_KEY] = cast.writer.pk
    session.create()
    listed = desk_sessions.sessions_of(cast.writer).get()
    assert (listed.address, listed.browser, listed.started_at) == (None, "", None)
    session[desk_sessions.SEEN] = time.time() - 600
    session.save()
    assert desk_sessions.sessions_of(cast.writer).get().seen_at == desk_sessions.instant_in(session, desk_sessions.SEEN)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140",
            "Edge · Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile MicroMessenger/8.0",
            "WeChat · Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("x" * 200, "x" * 60),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_two_words(user_agent, name):
    assert browser_name(user_agent) == name


def test_all_but_this_one_or_this_one(cast):
    first, second, own = (logged_in(cast.writer) for _session in range(3))
    own.post("/admin/sessions/", {"session": "others"})
    assert [is_in(client) for client in (first, second, own)] == [False, False, True]
    answer = own.post("/admin/sessions/", {"session": desk_sessions.session_handle(own.session.session_key)})
    assert answer["Location"].startswith("/admin/login/")
    assert not is_in(own)


@pytest.mark.parametrize("handle", ["", "x", "\0", "'" * 5000])
def test_nonsense_ends_nothing(cast, handle):
    own = logged_in(cast.writer)
    own.post("/admin/sessions/", {"session": handle})
    assert is_in(own)


def test_what_is_over_is_swept(cast):
    idle, old, open_one = logged_in(cast.writer), logged_in(cast.head), logged_in(cast.chief)
    for client in (idle, old, open_one):
        is_in(client)
    age(old, started=12 * 3600)
    DeskSession.objects.filter(user=cast.writer).update(expire_date=timezone.now())
    assert desk_sessions.sweep_sessions() == 2
    assert [session.user for session in DeskSession.objects.all()] == [cast.chief]


def test_a_session_from_another_address_is_noted(cast):
    client = logged_in(cast.writer)
    assert is_in(client)
    client.get("/admin/", REMOTE_ADDR="198.51.100.7")
    assert DeskSession.objects.get().address == "198.51.100.7"


def test_readers_pages_write_no_session(client, cast):
    client.get("/")
    assert not DeskSession.objects.exists()
    assert "sessionid" not in client.cookies


def test_the_list_is_bounded(cast, django_assert_max_num_queries):
    user, now = make_user("many"), timezone.now()
    facts = {"user": user, "started_at": now, "seen_at": now, "expire_date": now + timedelta(minutes=9)}
    DeskSession.objects.bulk_create(
        DeskSession(session_key=f"s{number}", session_data="", **facts) for number in range(150)
    )
    client = Client()
    client.force_login(user)
    with django_assert_max_num_queries(12):
        assert len(client.get("/admin/sessions/").context["rows"]) == desk_sessions.MOST_LISTED
