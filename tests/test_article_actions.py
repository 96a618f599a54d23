"""The buttons of an article and the pages of its acts: which is the next step, and what a page says before it is
done.
"""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from articles import publishing, review, scheduling
from articles.admin.article_action_forms import ScheduleForm
from articles.admin.article_actions import actions_offered
from articles.models import Article
from articles.refusals import join_sentences
from articles.unsaved_texts import OpenedForm, clear_form, keep_text
from tests.cast import make_user
from tests.test_admin_article import ADD, change_url, form, login

pytestmark = pytest.mark.django_db


def act_page(client, article, act):
    address = reverse(f"admin:articles_article_{act}", args=[article.pk])
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def next_steps(user, article):
    article.refresh_from_db()
    return [act.name for act in actions_offered(user, article) if act.rank == "default"]


@pytest.mark.parametrize(("note", "step"), [("第2段“3人”应为“5人”。", "correct"), ("", "publish")])
def test_with_a_signed_note_the_next_step_is_the_correction(client, cast, note, step):
    article = cast.article()
    cast.publish(article)
    cast.change(article, body="<p>5人到场。</p>")
    cast.sign(article, note=note)
    assert next_steps(cast.chief, article) == [step]
    page = login(client, cast.chief).get(change_url(article)).content.decode()
    assert re.findall(r'class="button next default" href="[^"]*/(\w+)/"', page) == [step]
    other = {"correct": "publish", "publish": "correct"}[step]
    assert f'<a class="" href="../{other}/"' in page, "the other stays possible"


def test_a_first_edition_is_published_whatever_note_was_signed(cast):
    article = cast.article()
    cast.sign(article, note="说明")
    assert next_steps(cast.chief, article) == ["publish"]


def test_what_is_scheduled_leads_to_its_schedule_and_says_when(client, cast):
    article = cast.article()
    cast.sign(article)
    login(client, cast.chief)
    address = reverse("admin:articles_article_schedule", args=[article.pk])
    english = {"accept-language": "en"}
    page = client.post(address, {"at": "2099-01-02T06:00"}, follow=True, headers=english).content.decode()
    assert "published automatically at 2099-01-02 06:00" in page
    assert re.search(r'class="button next default" href="[^"]*/schedule/">Scheduled 2099-01-02 06:00: alter<', page)
    assert re.search(r'<a class="" href="../publish/">Publish now<', page)
    assert next_steps(cast.chief, article) == ["schedule"]
    assert 'value="2099-01-02T06:00"' in client.get(address).content.decode()
    assert "Scheduled for 2099-01-02 06:00" in client.get("/admin/articles/article/", headers=english).content.decode()


def test_saved_and_submitted_is_one_message_and_says_whose_turn_it_is(client, cast):
    login(client, cast.writer)
    english = {"accept-language": "en"}
    page = client.post(ADD, form(cast, _submit="1"), follow=True, headers=english)
    told = "Revision 1 is saved and submitted. Next is the “First reading”: 梁静姝."
    assert [str(message) for message in page.context["messages"]] == [told]
    article = page.context["article"]
    page = client.post(change_url(article), form(cast, article, title="改了"), follow=True, headers=english)
    told = "Saved as revision 2. Readers see it once it is published."
    assert [str(message) for message in page.context["messages"]] == [told]


def test_the_note_stands_on_the_pages_of_acts_that_publish_it_alone(client, cast):
    article = cast.article()
    cast.publish(article)
    cast.change(article, body="<p>5人到场。</p>")
    cast.sign(article, note="第2段“3人”应为“5人”。")
    login(client, cast.chief)
    shows = {
        act: "第2段“3人”应为“5人”。" in act_page(client, article, act) for act in ("publish", "correct", "schedule")
    }
    assert shows == {"publish": True, "correct": True, "schedule": True}
    for act in ("placing", "withdraw", "revoke_previews"):
        assert "第2段“3人”应为“5人”。" not in act_page(client, article, act), act


@pytest.mark.parametrize(
    ("act", "button"), [("placing", "default"), ("withdraw", "danger"), ("revoke_previews", "default")]
)
def test_the_page_of_an_act_has_one_main_button(client, cast, act, button):
    article = cast.article()
    cast.publish(article)
    page = act_page(login(client, cast.chief), article, act)
    assert re.findall(r'<button type="submit" class="button (\w+)">', page) == [button]


def test_the_page_for_another_time_shows_the_one_that_was_chosen_with_a_year_of_four_digits(client, cast):
    article = cast.article()
    cast.sign(article)
    at = timezone.localtime().replace(second=0, microsecond=0) + timedelta(days=3)
    scheduling.schedule_article(article, by=cast.chief, at=at)
    login(client, cast.chief)
    field = re.search(r'<input type="datetime-local"[^>]*>', act_page(client, article, "schedule"))[0]
    assert f'value="{at:%Y-%m-%dT%H:%M}"' in field
    assert 'max="9999-12-31T23:59"' in field


def test_placing_is_saved_by_a_button_of_that_name(client, cast):
    page = act_page(login(client, cast.chief), cast.article(), "placing")
    assert re.search(r'class="button default">\s*Save\s*<', page)


def test_what_will_block_publishing_is_said_when_it_is_submitted(client, cast):
    login(client, cast.writer)
    sent = form(cast, source="", **{"credits-0-role": "reporter"}, _submit="1")
    answer = client.post(ADD, sent, follow=True)
    article = answer.context["article"]
    said = [str(message) for message in answer.context["messages"]]
    problems = [str(problem) for problem in review.open_problems(article)]
    assert {"provenance.source", "provenance.responsible_editor"} <= {p.id for p in review.open_problems(article)}
    assert said[-1].endswith(join_sentences(problems)), "in one message"
    assert len(said) == 2
    assert article.stage == 1, "it is submitted all the same: a reader may put it right"


def test_the_page_for_submitting_lists_what_will_block_publishing(client, cast):
    article = cast.article(source=None)
    page = act_page(login(client, cast.writer), article, "submit")
    problem = review.open_problems(article)[0]
    assert str(problem.message) in page.partition('class="problems"')[2]
    assert 'class="problems"' not in act_page(client, cast.article(), "submit")


@pytest.mark.parametrize("act", ["publish", "schedule"])
def test_who_typed_what_is_not_saved_is_told_that_it_is_not_published(client, cast, act, django_assert_num_queries):
    article, key = cast.article(), "1" * 32
    cast.sign(article)
    login(client, cast.chief)
    told = "Your changes, kept at today"
    for user, of in [(cast.editor, article), (cast.chief, None), (cast.chief, cast.article(title="另一篇"))]:
        keep_text(OpenedForm(key), [("title", "写到一半")], by=user, article=of)
        assert told not in act_page(client, article, act), "only of one's own, and of this article"
    with CaptureQueriesContext(connection) as before:
        act_page(client, article, act)
    keep_text(OpenedForm("2" * 32), [("title", "改了")], by=cast.chief, article=article)
    with django_assert_num_queries(len(before)):
        page = act_page(client, article, act)
    assert told in page
    assert f'<a class="button" href="{change_url(article)}"' in page.partition(told)[2]
    clear_form(OpenedForm("2" * 32), by=cast.chief)
    assert told not in act_page(client, article, act), "it was saved"


@pytest.mark.parametrize(("act", "says"), [("submit", True), ("urgent", True), ("placing", False), ("withdraw", False)])
def test_what_is_not_saved_matters_for_acts_that_send_the_text_on(client, cast, act, says):
    article = cast.article()
    login(client, cast.chief)
    keep_text(OpenedForm("1" * 32), [("title", "改了")], by=cast.chief, article=article)
    assert ("Your changes" in act_page(client, article, act)) == says


def heading_and_button(page):
    return re.search(r"<h1>(.*?)</h1>", page)[1], re.search(
        r'<button type="submit" class="button \w*">\s*(.*?)\s*<', page
    )[1]


def test_the_pages_about_what_is_scheduled_say_what_becomes_of_the_schedule(client, cast):
    article = cast.article(title="新桥通车")
    cast.sign(article)
    login(client, cast.chief)
    falls_away, out = "and the schedule is dropped", f'href="/admin/articles/article/{article.pk}/unschedule/"'
    page = act_page(client, article, "publish")
    assert heading_and_button(page) == ("Publish: “新桥通车”", "Publish")
    assert falls_away not in page
    page = act_page(client, article, "schedule")
    assert heading_and_button(page) == ("Schedule: “新桥通车”", "Schedule")
    assert out not in page
    at = datetime(2099, 1, 2, 6, tzinfo=timezone.get_current_timezone())
    scheduling.schedule_article(article, by=cast.chief, at=at)
    page = act_page(client, article, "publish")
    assert heading_and_button(page) == ("Publish now: “新桥通车”", "Publish now")
    assert "automatically at 2099-01-02 06:00" in page
    assert falls_away in page
    page = act_page(client, article, "schedule")
    title = "Alter the time of publication (now 2099-01-02 06:00): “新桥通车”"
    assert heading_and_button(page) == (title, "Set this time")
    assert out in page
    assert falls_away not in page
    assert "Its readings still count" in act_page(client, article, "unschedule")


def test_beside_a_public_article_stands_what_becomes_of_changes(client, cast):
    def told(user, article):
        page = login(client, user).get(change_url(article), headers={"accept-language": "en"}).content.decode()
        return re.findall(r"meanwhile readers still see edition (\d+)", page)

    article = cast.article()
    assert told(cast.writer, article) == [], "nobody sees it"
    cast.publish(article)
    assert told(cast.writer, article) == ["1"]
    assert told(make_user("publisher", ["publish"]), article) == [], "who may not write changes nothing"
    cast.change(article, title="改过")
    assert told(cast.writer, article) == ["1"]
    cast.sign(article, times=1)
    assert told(cast.writer, article) == [], "it is read already; the card says what a change would void"
    publishing.withdraw_article(article, by=cast.chief, reason="误")
    assert told(cast.writer, article) == []


@pytest.mark.parametrize(
    ("now", "embargo", "offered"),
    [
        ("2026-12-01T09:30", None, ["12-01T12:00", "12-01T17:00", "12-01T20:00", "12-02T07:00"]),
        ("2026-12-01T17:00", None, ["12-01T20:00", "12-02T07:00", "12-02T12:00", "12-02T17:00"]),
        ("2026-12-01T23:59", None, ["12-02T07:00", "12-02T12:00", "12-02T17:00", "12-02T20:00"]),
        ("2026-12-01T09:30", "2026-12-01T17:00", ["12-01T17:00", "12-01T20:00", "12-02T07:00", "12-02T12:00"]),
        ("2026-12-01T17:00", "2026-12-01T17:00", ["12-01T20:00", "12-02T07:00", "12-02T12:00", "12-02T17:00"]),
        ("2026-12-01T09:30", "2026-12-01T18:00", ["12-01T20:00", "12-02T07:00", "12-02T12:00", "12-02T17:00"]),
    ],
)
def test_the_next_usual_times_are_offered_to_schedule(monkeypatch, now, embargo, offered):
    now = timezone.make_aware(datetime.fromisoformat(now))
    monkeypatch.setattr(timezone, "now", lambda: now)
    embargo_until = timezone.make_aware(datetime.fromisoformat(embargo)) if embargo else None
    with translation.override("en"):
        times = ScheduleForm(Article(embargo_until=embargo_until)).usual_times
    assert [value for value, words in times] == [f"2026-{day}" for day in offered]
    spelled = {"12-01": "today", "12-02": "tomorrow"}
    assert [words for value, words in times] == [f"{spelled[day[:5]]} {day[6:]}" for day in offered]


def test_usual_times_are_on_the_page_that_schedules_and_on_no_other(client, cast):
    article = cast.article()
    cast.sign(article)
    client.force_login(cast.chief)
    for act, offered in (("schedule", 4), ("publish", 0)):
        assert act_page(client, article, act).count('aria-pressed="false"') == offered
