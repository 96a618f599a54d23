"""Who was refused what at the desk, and who saw personal data: recorded, within bounds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import audit
from articles.models import AuditEntry
from tests.cast import make_user, upload

pytestmark = pytest.mark.django_db
FROM = {"REMOTE_ADDR": "203.0.113.5"}


def refusals():
    return AuditEntry.objects.filter(action="access.refused")


def test_who_lacks_a_duty_is_refused_and_recorded(client, cast):
    article = cast.article()
    client.force_login(cast.stranger)
    assert client.get(f"/admin/articles/article/{article.pk}/sheet/?secret=1", **FROM).status_code == 403
    entry = refusals().get()
    assert (entry.actor, entry.address, entry.object_type, entry.object_id) == (
        cast.stranger,
        "203.0.113.5",
        "user",
        str(cast.stranger.pk),
    )
    assert entry.details["page"] == f"/admin/articles/article/{article.pk}/sheet/"
    assert (entry.details["method"], entry.details["last"]) == ("GET", False)
    assert str(article.pk) in entry.details["reason"]
    assert article.title not in str(entry.details)
    assert audit.first_broken_entry() is None


def test_a_refused_act_and_the_page_of_a_draft_are_recorded_too(client, cast):
    article = cast.article()
    client.force_login(cast.stranger)
    assert client.post("/admin/articles/section/add/", {"name": "x"}).status_code == 403
    assert client.get(f"/admin/articles/article/{article.pk}/revisions/1/text/").status_code == 403
    client.force_login(cast.chief)
    assert client.get("/admin/auth/user/").status_code == 403
    client.force_login(cast.stranger)
    answer = client.post("/admin/articles/picture/upload/", {"upload": upload()})
    assert answer.status_code == 403
    assert [(entry.details["method"], entry.actor) for entry in refusals()] == [
        ("POST", cast.stranger),
        ("GET", cast.chief),
        ("GET", cast.stranger),
        ("POST", cast.stranger),
    ]


def test_strangers_and_what_is_allowed_or_missing_make_no_entry(client, cast):
    client.get("/admin/articles/section/")
    client.get("/a/999/")
    client.force_login(cast.editor)
    client.get("/admin/")
    client.get("/admin/articles/article/999/sheet/")
    assert not refusals().exists()


def test_a_script_does_not_flood_the_audit(client, cast, monkeypatch):
    monkeypatch.setattr(audit, "REFUSALS_AN_HOUR", 3)
    for who in (cast.stranger, cast.writer):
        client.force_login(who)
        for _ in range(5):
            assert client.get("/admin/auth/user/").status_code == 403
    assert [entry.details["last"] for entry in refusals()] == [True, False, False] * 2
    later = timezone.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(audit.timezone, "now", lambda: later)
    assert audit.record_refusal(cast.writer, page="/x", method="GET", reason="") is not None


def test_counting_refusals_costs_one_query(cast, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(audit, "REFUSALS_AN_HOUR", 0)
    with django_assert_num_queries(1):
        assert audit.record_refusal(cast.writer, page="/x", method="GET", reason="") is None


def test_what_is_recorded_of_a_refusal_is_short(cast):
    entry = audit.record_refusal(cast.writer, page="/" + "x" * 5000, method="GET", reason="y" * 5000)
    assert len(str(entry.details)) < 1000


def test_seeing_the_page_of_an_account_is_recorded_once_a_day(client, cast, monkeypatch):
    system = make_user("system", ["accounts"])
    client.force_login(system)
    for _ in range(2):
        assert client.get(f"/admin/auth/user/{cast.writer.pk}/change/").status_code == 200
        assert client.get(f"/admin/auth/user/{system.pk}/change/").status_code == 200
        client.get(f"/admin/auth/user/{cast.chief.pk}/change/")
    viewed = AuditEntry.objects.filter(action="user.viewed").order_by("pk")
    assert [(entry.actor, entry.object_id) for entry in viewed] == [
        (system, str(cast.writer.pk)),
        (system, str(cast.chief.pk)),
    ]
    assert audit.record_viewing(cast.writer, by=cast.admin) is not None
    later = timezone.now() + audit.VIEWING_AGAIN_AFTER
    monkeypatch.setattr(audit.timezone, "now", lambda: later)
    assert audit.record_viewing(cast.writer, by=system) is not None


def test_the_list_of_accounts_shows_no_e_mail(client, cast):
    cast.writer.email = "xiaozhou@example.cn"
    cast.writer.save()
    client.force_login(make_user("system", ["accounts"]))
    assert "xiaozhou@" not in client.get("/admin/auth/user/").content.decode()
