"""Who has an article's form open: told to those who may edit it, by pings that cost next to nothing and lock
nothing.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import discarding, presence, unsaved_texts
from articles.models import Article, DeskSession, Presence
from articles.presence import delete_old_presences, note_presence, people_present
from tests.cast import all_rows, refused
from tests.test_admin_article import change_url, login

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/article/"
PING = "/admin/articles/article/ping/"


def names(here):
    return [one.user.username for one in here]


def type_into(article, by):
    """`by` types into the form of the article, and does not save it."""
    form = unsaved_texts.OpenedForm(f"{by.pk:032x}")
    unsaved_texts.keep_text(form, [("title", "写到一半")], by=by, article=article)


def users_present(*articles, but):
    found = people_present([article.pk for article in articles], but=but)
    return {number: [one.user for one in rows] for number, rows in found.items()}


def move_clock(monkeypatch, **by):
    now = timezone.now() + timedelta(**by)
    monkeypatch.setattr(timezone, "now", lambda: now)


def ping(client, article, **facts):
    return client.post(PING, {"number": article.pk, **facts}, headers={"accept-language": "en"})


# --- The verb --------------------------------------------------------------------------------------------------


def test_who_opened_it_first_writes_until_somebody_takes_over(cast):
    article = cast.article(by=cast.writer)
    before = {table: rows for table, rows in all_rows().items() if table != "articles_presence"}
    assert names(note_presence(article.pk, by=cast.writer)) == ["writer"]
    assert names(note_presence(article.pk, by=cast.editor)) == ["writer", "editor"]
    assert names(note_presence(article.pk, by=cast.editor, taking_over=True)) == ["editor", "writer"]
    assert names(note_presence(article.pk, by=cast.writer, taking_over=True)) == ["writer", "editor"]
    assert users_present(article, but=cast.writer) == {article.pk: [cast.editor]}
    assert {table: rows for table, rows in all_rows().items() if table != "articles_presence"} == before


def test_who_types_what_is_not_saved_writes_and_who_looks_does_not(cast, monkeypatch):
    article = cast.article(by=cast.writer)
    note_presence(article.pk, by=cast.editor)
    here = note_presence(article.pk, by=cast.writer)
    assert [(one.user, one.writes) for one in here] == [(cast.editor, False), (cast.writer, False)]
    type_into(article, cast.writer)
    type_into(cast.article(), cast.editor)
    here = note_presence(article.pk, by=cast.editor)
    assert [(one.user, one.writes) for one in here] == [(cast.writer, True), (cast.editor, False)]
    unsaved_texts.clear_form(unsaved_texts.OpenedForm(f"{cast.writer.pk:032x}"), by=cast.writer)
    assert not any(one.writes for one in note_presence(article.pk, by=cast.editor))
    assert note_presence(article.pk, by=cast.editor, taking_over=True)[0].writes
    type_into(article, cast.head)
    move_clock(monkeypatch, minutes=14)
    assert [one.writes for one in note_presence(article.pk, by=cast.head)] == [True]
    move_clock(monkeypatch, minutes=2)
    assert [one.writes for one in note_presence(article.pk, by=cast.head)] == [False]


def test_who_tells_nothing_for_forty_seconds_is_gone_and_begins_anew(cast, monkeypatch):
    article = cast.article()
    note_presence(article.pk, by=cast.editor, taking_over=True)
    move_clock(monkeypatch, seconds=30)
    assert names(note_presence(article.pk, by=cast.head)) == ["editor", "head"]
    move_clock(monkeypatch, seconds=15)
    assert names(note_presence(article.pk, by=cast.head)) == ["head"]
    assert people_present([article.pk], but=cast.head) == {}
    assert names(note_presence(article.pk, by=cast.editor)) == ["head", "editor"]
    move_clock(monkeypatch, hours=2)
    assert delete_old_presences() == 2
    assert not Presence.objects.exists()


def test_forty_seconds_are_forty_and_every_twentieth_is_noted(cast, monkeypatch):
    article = cast.article()
    move_clock(monkeypatch)
    begun = timezone.now()
    note_presence(article.pk, by=cast.editor)
    move_clock(monkeypatch, seconds=19)
    note_presence(article.pk, by=cast.editor)
    assert Presence.objects.get().seen_at == begun
    move_clock(monkeypatch, seconds=1)
    note_presence(article.pk, by=cast.editor)
    assert Presence.objects.get().seen_at == timezone.now()
    move_clock(monkeypatch, seconds=39)
    assert users_present(article, but=cast.head) == {article.pk: [cast.editor]}
    move_clock(monkeypatch, seconds=1)
    assert people_present([article.pk], but=cast.head) == {}
    assert names(note_presence(article.pk, by=cast.head)) == ["head"]


def test_being_in_one_article_says_nothing_of_another(cast, monkeypatch):
    one, other = cast.article(), cast.article()
    note_presence(one.pk, by=cast.editor)
    note_presence(other.pk, by=cast.editor)
    assert users_present(one, other, but=cast.head) == {one.pk: [cast.editor], other.pk: [cast.editor]}
    move_clock(monkeypatch, seconds=60)
    note_presence(one.pk, by=cast.editor)
    assert users_present(one, other, but=cast.head) == {one.pk: [cast.editor]}


def test_rows_are_deleted_in_batches_and_those_of_today_stay(cast, monkeypatch):
    monkeypatch.setattr(presence, "OLD_BATCH", 1)
    for user in cast.readers():
        note_presence(cast.article().pk, by=user)
    Presence.objects.exclude(user=cast.chief).update(seen_at=timezone.now() - timedelta(hours=2))
    assert [delete_old_presences() for _ in range(3)] == [1, 1, 0]
    assert Presence.objects.get().user == cast.chief


def test_names_are_for_those_who_may_edit_the_text(cast):
    article = cast.article(by=cast.writer)
    note_presence(article.pk, by=cast.editor)
    for user in (cast.stranger, cast.culture_editor, cast.towns_writer):
        with refused(PermissionDenied):
            note_presence(article.pk, by=user)
    cast.writer.assignments.all().delete()
    with refused(PermissionDenied):
        note_presence(article.pk, by=User.objects.get(pk=cast.writer.pk))
    discarding.discard_draft(article, by=cast.editor)
    with refused(Article.DoesNotExist):
        note_presence(article.pk, by=cast.editor)


def test_a_reader_who_may_correct_is_there_too(cast):
    article = cast.article(by=cast.writer)
    cast.sign(article, times=0)
    cast.editor.assignments.filter(duty="write").delete()
    assert names(note_presence(article.pk, by=cast.editor)) == ["editor"]


def test_readers_stand_behind_writers_and_who_does_both_writes(cast):
    article = cast.article(by=cast.writer)
    assert names(note_presence(article.pk, by=cast.head, reads=True)) == ["head"]
    assert names(note_presence(article.pk, by=cast.editor)) == ["editor", "head"]
    assert [one.reads for one in note_presence(article.pk, by=cast.editor, reads=True)] == [False, True]
    assert users_present(article, but=cast.writer) == {article.pk: [cast.editor]}
    assert names(note_presence(article.pk, by=cast.head)) == ["editor", "head"]
    assert not Presence.objects.filter(reads=True).exists()


def test_who_closed_the_form_and_still_reads_is_a_reader_later(cast, monkeypatch):
    article = cast.article()
    note_presence(article.pk, by=cast.editor, taking_over=True)
    move_clock(monkeypatch, seconds=45)
    (one,) = note_presence(article.pk, by=cast.editor, reads=True)
    assert (one.reads, one.took_over_at) == (True, None)
    move_clock(monkeypatch, seconds=25)
    assert note_presence(article.pk, by=cast.editor, reads=True)[0].seen_at == timezone.now()


def test_who_may_not_read_the_text_reads_no_names(cast):
    article = cast.article(by=cast.writer)
    note_presence(article.pk, by=cast.editor)
    for user in (cast.stranger, cast.culture_editor, cast.towns_writer):
        with refused(PermissionDenied):
            note_presence(article.pk, by=user, reads=True)


# --- At the desk -----------------------------------------------------------------------------------------------


def test_a_ping_costs_one_query_of_its_own(client, cast):
    article = cast.article(by=cast.writer)
    for user in cast.readers():
        note_presence(article.pk, by=user)
    login(client, cast.chief)
    ping(client, article)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ping(client, article).json()["here"]
    # Not those of subqueries, which have an alias.
    tables = [re.search(r' FROM "(\w+)"(?! U)', query["sql"])[1] for query in asked.captured_queries]
    # The others are those of every request: who is this, from where, with which duties.
    who = ["articles_desksession", "auth_user", "articles_addresslimit"]
    assert tables == [*who, "articles_presence", "articles_assignment"]


def test_a_ping_is_no_use_of_the_session(client, cast, monkeypatch):
    article = cast.article(by=cast.writer)
    login(client, cast.writer).get(change_url(article))
    before = DeskSession.objects.values().get()
    move_clock(monkeypatch, minutes=20)
    assert ping(client, article).status_code == 200
    assert DeskSession.objects.values().get() == before
    client.get(change_url(article))
    assert DeskSession.objects.get().seen_at == timezone.now()
    move_clock(monkeypatch, hours=12)
    assert ping(client, article).status_code == 302


def test_the_writer_is_told_who_else_is_there_and_who_saved(client, cast):
    article = cast.article(by=cast.writer)
    login(client, cast.editor)
    assert ping(client, article, opened=1).json() == {"here": "", "may_take": False, "saved": "", "changes": ""}
    login(client, cast.writer)
    said = ping(client, article, opened=1).json()
    assert (said["here"], said["may_take"]) == ("梁静姝 is reading it.", False)
    type_into(article, cast.editor)
    said = ping(client, article, opened=1).json()
    assert said["here"].startswith("梁静姝 is writing, since ")
    assert said["may_take"]
    assert ping(client, article, take=1).json()["here"] == "梁静姝 is writing in it, too."
    cast.change(article, by=cast.writer, title="又改了")
    login(client, cast.editor)
    said = ping(client, article, opened=1).json()
    assert said["here"].startswith("林晓舟 took over at ")
    assert said["saved"].startswith("林晓舟 saved at ")
    assert client.get(said["changes"]).status_code == 200
    assert ping(client, article, opened=2).json()["saved"] == ""


def test_a_ping_that_no_form_of_ours_sends_is_refused_in_a_sentence(client, cast):
    article = cast.article(by=cast.writer)
    login(client, cast.writer)
    for facts, status in (({"number": "x"}, 400), ({"number": 99999}, 422), ({"opened": "x" * 99}, 200)):
        assert ping(client, article, **facts).status_code == status, facts
    login(client, cast.stranger)
    answer = ping(client, article)
    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (403, True)


def test_the_list_names_who_is_writing_what_this_person_may_read(client, cast):
    article = cast.article(by=cast.writer)
    note_presence(article.pk, by=cast.editor)
    html = login(client, cast.writer).get(LIST, headers={"accept-language": "en"}).content.decode()
    assert "梁静姝 has it open" in html
    type_into(article, cast.editor)
    for user, is_named in ((cast.writer, True), (cast.editor, False), (cast.culture_editor, False)):
        html = login(client, user).get(LIST, headers={"accept-language": "en"}).content.decode()
        assert ("梁静姝 is writing" in html) == is_named, user


def test_the_reading_page_names_writers_and_readers_and_tells_that_somebody_saved(client, cast):
    article = cast.article(by=cast.writer)
    login(client, cast.head)
    html = client.get(f"/admin/articles/article/{article.pk}/review/").content.decode()
    assert 'data-reads="1"' in html
    assert ">Take over<" not in html
    assert ping(client, article, opened=1, reads=1).json()["here"] == ""
    login(client, cast.writer)
    assert ping(client, article, opened=1).json()["here"] == "head is reading it."
    cast.change(article, by=cast.writer, title="又改了")
    type_into(article, cast.writer)
    login(client, cast.editor)
    said = ping(client, article, opened=1, reads=1, take=1).json()
    assert re.fullmatch(r"林晓舟 is writing, since \d\d:\d\d. head is reading it.", said["here"])
    assert said["saved"].endswith("Reload it before you decide.")
    assert not said["may_take"]
    assert client.get(said["changes"]).status_code == 200
