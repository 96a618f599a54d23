"""One page a person, leaving from there, and the sheet of who may what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from articles.models import Assignment, AuditEntry
from tests.cast import all_rows, make_user

pytestmark = pytest.mark.django_db
SHEET = "/admin/colleagues/"


def page_of(user, rest=""):
    return f"{SHEET}{user.pk}/{rest}"


@pytest.fixture
def security(cast, client):
    user = make_user("security", ["grant"])
    client.force_login(user)
    return user


@pytest.fixture
def system(cast):
    return make_user("system", ["accounts"])


def held(user):
    return set(user.assignments.values_list("section__slug", "duty"))


# --- The page -------------------------------------------------------------------------------------------------------


def test_duties_are_ticked_and_unticked_in_one_act(client, cast, security):
    answer = client.get(page_of(cast.writer))
    page = answer.content.decode()
    assert "林晓舟" in page
    assert "霁川县融媒体中心" in page
    assert '<input type="hidden" name="seen" value="all.write">' in page
    ticked = [f"{cast.culture.pk}.first", f"{cast.culture.pk}.write"]
    answer = client.post(page_of(cast.writer), {"seen": ["all.write"], "duty": ticked})
    assert answer.status_code == 302
    assert held(cast.writer) == {("culture", "first"), ("culture", "write")}
    entries = AuditEntry.objects.filter(action__startswith="duty.", object_id=str(cast.writer.pk))
    assert sorted((entry.action, entry.details["duty"], entry.details["section"]) for entry in entries) == [
        ("duty.assigned", "first", "文旅"),
        ("duty.assigned", "write", "文旅"),
        ("duty.revoked", "write", ""),
    ]


def test_what_a_colleague_ticked_meanwhile_stays(client, cast, security):
    Assignment.objects.create(user=cast.writer, duty="first", section=cast.news)
    client.post(page_of(cast.writer), {"seen": ["all.write"], "duty": ["all.write", "all.read"]})
    assert held(cast.writer) == {(None, "write"), (None, "read"), ("news", "first")}


def test_ticks_that_must_not_be_held_together_change_nothing(client, cast, security):
    before = held(cast.writer)
    for ticked in (["all.write", "all.audit"], ["all.audit", "all.grant"]):
        answer = client.post(page_of(cast.writer), {"seen": ["all.write"], "duty": ticked}, follow=True)
        assert "must not be held together" in answer.content.decode() or "兼任" in answer.content.decode()
        assert held(cast.writer) == before
    client.post(page_of(cast.writer), {"seen": ["all.write"], "duty": ["all.audit"]})
    assert held(cast.writer) == {(None, "audit")}, "exchanging one for the other is allowed"


@pytest.mark.parametrize(
    "key",
    ["", "x", "all.", "all.fly", "999.write", "1.accounts", "²." + "write", "9" * 30 + ".x", "9" * 5000 + ".write"],
)
def test_a_tick_that_is_none_changes_nothing(client, cast, security, key):
    before = held(cast.writer)
    assert client.post(page_of(cast.writer), {"seen": ["all.write"], "duty": ["all.write", key]}).status_code == 302
    assert held(cast.writer) == before


def test_a_role_is_given_from_the_page(client, cast, security):
    assert client.post(page_of(cast.stranger), {"role": "editor", "section": cast.culture.pk}).status_code == 302
    assert held(cast.stranger) == {("culture", "write"), ("culture", "first")}
    assert client.post(page_of(cast.stranger), {"role": "king", "section": ""}).status_code == 200


def test_nobody_changes_their_own_duties_and_others_only_look(client, cast, security, system):
    before = all_rows()
    client.post(page_of(security), {"duty": ["all.write"]})
    assert 'name="role"' not in client.get(page_of(security)).content.decode()
    assert held(security) == {(None, "grant")}
    for who in (system, make_user("auditor", ["audit"])):
        client.force_login(who)
        page = client.get(page_of(cast.writer)).content.decode()
        assert "disabled" in page
        assert client.post(page_of(cast.writer), {"seen": ["all.write"]}).status_code == 403
    assert held(cast.writer) == {(None, "write")}
    assert all_rows()["articles_assignment"][: len(before["articles_assignment"])] == before["articles_assignment"]


@pytest.mark.parametrize("who", ["chief", "writer", "stranger"])
def test_colleagues_are_for_administrators_and_auditors(client, cast, who):
    client.force_login(getattr(cast, who))
    for address in (SHEET, page_of(cast.editor), page_of(cast.editor, "leave/")):
        assert client.get(address).status_code == 403
        assert client.post(address, {"reason": "x"}).status_code == 403
    assert SHEET not in client.get("/admin/").content.decode()
    assert User.objects.get(pk=cast.editor.pk).is_active


def test_an_account_that_is_none_is_not_found(client, cast, security):
    for key in ("999999", "9" * 25):
        assert client.get(f"{SHEET}{key}/").status_code == 404


def test_seeing_a_colleague_is_recorded_and_the_page_costs_few_queries(
    client, cast, security, django_assert_max_num_queries
):
    client.get(page_of(cast.writer))
    assert AuditEntry.objects.get(action="user.viewed").object_id == str(cast.writer.pk)
    with django_assert_max_num_queries(14):
        client.get(page_of(cast.writer))


# --- Leaving --------------------------------------------------------------------------------------------------------


def test_a_colleague_leaves_from_their_page(client, cast, system):
    article = cast.article(by=cast.writer)
    client.force_login(system)
    assert "leave/" in client.get(page_of(cast.writer)).content.decode()
    page = client.get(page_of(cast.writer, "leave/")).content.decode()
    assert "<dd>1</dd>" in page
    answer = client.post(page_of(cast.writer, "leave/"), {"reason": "调离", "to": cast.stranger.pk})
    assert answer.status_code == 200
    assert answer.context["form"].errors["to"]
    assert "调离" in answer.content.decode(), "what was typed is kept"
    answer = client.post(page_of(cast.writer, "leave/"), {"reason": "\u200b", "to": cast.editor.pk})
    assert list(answer.context["form"].errors) == ["reason"]
    answer = client.post(page_of(cast.writer, "leave/"), {"reason": "调离", "to": cast.editor.pk})
    assert answer.status_code == 302
    article.refresh_from_db()
    assert (article.created_by, User.objects.get(pk=cast.writer.pk).is_active) == (cast.editor, False)


def test_who_may_not_change_an_account_does_not_let_it_go(client, cast, security, system):
    assert client.post(page_of(cast.writer, "leave/"), {"reason": "x"}).status_code == 403
    client.force_login(system)
    assert client.post(page_of(security, "leave/"), {"reason": "x"}).status_code == 403
    assert User.objects.filter(is_active=False).count() == 0


# --- The sheet ------------------------------------------------------------------------------------------------------


def test_the_sheet_says_who_may_what(client, cast, security, django_assert_num_queries):
    User.objects.filter(pk=cast.head.pk).update(is_active=False)
    client.get(SHEET)
    page = client.get(SHEET, headers={"accept-language": "zh-hans"}).content.decode()
    for name in (
        "林晓舟",
        "霁川县融媒体中心",
        "writer",
        "culture-editor",
        "文旅：撰写编辑、初审、发布与定时、撤回与恢复",
    ):
        assert name in page
    assert "@" not in page.partition('<div class="sheet')[2]
    assert AuditEntry.objects.filter(action="assignment.viewed", actor=security).count() == 1
    with django_assert_num_queries(11):
        client.get(SHEET)
    for number in range(5):
        make_user(f"more-{number}", ["write"], cast.towns)
    with django_assert_num_queries(11):
        client.get(SHEET)


def test_a_very_long_sheet_says_that_it_ends(client, cast, security, monkeypatch):
    from articles.admin import colleagues  # noqa: PLC0415 (a door is imported when the models are loaded)

    monkeypatch.setattr(colleagues, "MOST_LISTED", 3)
    answer = client.get(SHEET)
    assert len(answer.context["people"]) == 3
    assert answer.context["most"] == 3


def test_the_desk_names_accounts_that_nobody_uses(client, cast, system, settings):
    then = timezone.now() - timedelta(days=61)
    User.objects.filter(pk=cast.head.pk).update(last_login=then, date_joined=then)
    client.force_login(system)
    page = client.get("/admin/").content.decode()
    assert page_of(cast.head) in page
    assert "90" not in page.partition(page_of(cast.head))[2].partition("</section>")[0]
    settings.DORMANT_ACCOUNT_DAYS = 90
    assert "90" in client.get("/admin/").content.decode().partition(page_of(cast.head))[2].partition("</section>")[0]
    client.force_login(cast.chief)
    assert page_of(cast.head) not in client.get("/admin/").content.decode()
