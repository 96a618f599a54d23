"""What somebody types is kept for them alone until they save it, and is neither a revision nor an edit."""

import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import discarding, unsaved_texts
from articles.models import Article, AuditEntry, Revision, UnsavedText
from articles.unsaved_texts import CannotKeep, OpenedForm, keep_text
from tests.cast import all_rows, refused
from tests.test_admin_article import ADD, change_url, form, login, said

pytestmark = pytest.mark.django_db

KEEP, DISCARD = "/admin/articles/article/keep/", "/admin/articles/article/unsaved/"
ONE, TWO = "1" * 32, "2" * 32


def typed(title="新桥通车", **facts):
    return list({"title": title, "body": "<p>写到一半", **facts}.items())


def rows_but_unsaved():
    return {table: rows for table, rows in all_rows().items() if table != "articles_unsavedtext"}


def keep(client, user, fields, *, key=ONE, shown="", number="", writer=None):
    facts = {"unsaved_key": key, "unsaved_shown": shown, "number": number, "writer": writer or user.pk}
    return login(client, user).post(KEEP, {**facts, "fields": json.dumps(fields)})


# --- The act ---------------------------------------------------------------------------------------------------


def test_keeping_changes_nothing_else_and_voids_no_signature(cast):
    article = cast.article()
    cast.sign(article, times=1)
    before = rows_but_unsaved()
    keep_text(OpenedForm(ONE), typed("改了"), by=cast.writer, article=article)
    kept = keep_text(OpenedForm(ONE), typed("又改了\0\ud800"), by=cast.writer, article=article)
    assert rows_but_unsaved() == before
    assert (kept.title, kept.version, UnsavedText.objects.count()) == ("又改了?", 2, 1)


def test_two_windows_keep_two_texts(cast):
    for key in (ONE, TWO):
        keep_text(OpenedForm(key), typed(f"稿{key[0]}"), by=cast.writer, article=None)
    assert [text.title for text in unsaved_texts.unsaved_texts_of(cast.writer)] == ["稿2", "稿1"]


def test_a_text_put_back_replaces_what_it_was_opened_with_unless_that_was_written_on(cast):
    kept = keep_text(OpenedForm(ONE), typed("甲"), by=cast.writer, article=None)
    keep_text(OpenedForm(TWO, ONE, kept.version), typed("甲乙"), by=cast.writer, article=None)
    assert [text.title for text in UnsavedText.objects.all()] == ["甲乙"]
    keep_text(OpenedForm(ONE), typed("旧窗口接着写"), by=cast.writer, article=None)
    keep_text(OpenedForm(ONE), typed("旧窗口又写"), by=cast.writer, article=None)
    keep_text(OpenedForm("3" * 32, ONE, 1), typed("丙"), by=cast.writer, article=None)
    assert {text.title for text in UnsavedText.objects.all()} == {"甲乙", "旧窗口又写", "丙"}


def test_who_may_not_edit_keeps_nothing(cast):
    article = cast.article()
    for user, where in ((cast.stranger, None), (cast.culture_editor, article), (cast.stranger, article)):
        with refused(PermissionDenied):
            keep_text(OpenedForm(ONE), typed(), by=user, article=where)


def test_a_reader_who_may_correct_keeps_what_they_type(cast):
    article = cast.article()
    cast.sign(article, times=0)
    reader = cast.readers()[0]
    assert keep_text(OpenedForm(ONE), typed(), by=reader, article=article).article == article


def test_size_and_number_are_bounded_and_the_refusal_keeps_what_there_is(cast, monkeypatch):
    monkeypatch.setattr(unsaved_texts, "MOST_TEXTS", 2)
    kept = [keep_text(OpenedForm(key), typed(), by=cast.writer, article=None) for key in (ONE, TWO)]
    with refused(CannotKeep, "2 of your unsaved texts"):
        keep_text(OpenedForm("3" * 32), typed(), by=cast.writer, article=None)
    keep_text(OpenedForm(ONE), typed("还能写"), by=cast.writer, article=None)
    keep_text(OpenedForm("3" * 32, TWO, kept[1].version), typed(), by=cast.writer, article=None)
    monkeypatch.setattr(unsaved_texts, "LONGEST_TEXT", 20)
    with refused(CannotKeep, "too long"):
        keep_text(OpenedForm(ONE), typed(body="长" * 20), by=cast.writer, article=None)


EMPTY = [("title", " "), ("body", "<p>&nbsp;</p>\n<p><br></p>"), ("section", "1"), ("credits-0-person", "3")]


def test_of_a_new_article_without_a_word_nothing_is_kept(client, cast):
    assert keep_text(OpenedForm(ONE), EMPTY, by=cast.writer, article=None) is None
    assert keep(client, cast.writer, EMPTY).json() == {"at": ""}
    assert not UnsavedText.objects.exists()
    client.post(ADD, form(cast, title="", body="", unsaved_key=ONE, unsaved_shown=""))
    assert "kept-copy" not in client.get(ADD).content.decode()
    with refused(PermissionDenied):
        keep_text(OpenedForm(ONE), EMPTY, by=cast.stranger, article=None)


LINES = ("kicker", "title", "subtitle", "short_title", "summary", "keywords", "embargo_until")
OF_A_TRANSLATION = ("original_title", "original_author", "original_url", "original_published_on")


@pytest.mark.parametrize(
    "typed_one",
    [("body", '<p><img src="/media/pictures/a.jpg"></p>'), *((name, "字") for name in (*LINES, *OF_A_TRANSLATION))],
)
def test_one_word_or_picture_is_kept_and_taking_it_out_again_leaves_nothing(cast, typed_one):
    keep_text(OpenedForm(TWO), typed("别的窗口"), by=cast.writer, article=None)
    shown = keep_text(OpenedForm("3" * 32), typed("打开时"), by=cast.writer, article=None)
    opened = OpenedForm(ONE, shown.key, shown.version)
    assert keep_text(opened, [*EMPTY, typed_one], by=cast.writer, article=None)
    assert keep_text(opened, EMPTY, by=cast.writer, article=None) is None
    assert [text.title for text in UnsavedText.objects.all()] == ["别的窗口"]


def test_a_saved_article_that_is_emptied_is_kept_so(cast):
    assert keep_text(OpenedForm(ONE), EMPTY, by=cast.writer, article=cast.article(by=cast.writer))


def test_old_texts_are_deleted_and_young_ones_stay(cast):
    for key, days in ((ONE, 31), (TWO, 29)):
        keep_text(OpenedForm(key), typed(), by=cast.writer, article=None)
        UnsavedText.objects.filter(key=key).update(kept_at=timezone.now() - timedelta(days=days))
    assert unsaved_texts.delete_expired_texts() == 1
    assert UnsavedText.objects.get().key == TWO
    assert unsaved_texts.delete_expired_texts() == 0


# --- At the desk -----------------------------------------------------------------------------------------------


def test_a_new_article_is_offered_everywhere_and_opens_with_everything_in_it(client, cast):
    fields = list(form(cast, title="夜里写的", summary="两句", embargo_until="2099-01-02T00:00", source="").items())
    assert keep(client, cast.writer, [[name, str(value)] for name, value in fields]).status_code == 200
    home = client.get("/admin/").content.decode()
    assert f"{ADD}?unsaved={ONE}" in home
    assert "夜里写的" in home
    assert f"?unsaved={ONE}" in client.get(ADD).content.decode()
    page = client.get(f"{ADD}?unsaved={ONE}")
    shown, credits = page.context["adminform"].form, page.context["inline_admin_formsets"][0].formset
    assert [shown[name].value() for name in ("title", "summary", "source")] == ["夜里写的", "两句", ""]
    assert shown["section"].value() == str(cast.news.pk)
    assert shown["embargo_until"].value() == "2099-01-02T00:00"
    assert credits.forms[0]["person"].value() == str(cast.liang.pk)
    assert "errornote" not in page.content.decode()
    assert "errorlist" not in page.content.decode()


def test_two_texts_with_one_title_are_told_apart_by_their_length_and_beginning(client, cast):
    article = cast.article(by=cast.writer)
    for key, body in ((ONE, "<p>望桥乡&nbsp;的便民桥今日<b>通车</b></p>"), (TWO, "<p>" + "雨" * 99)):
        keep(client, cast.writer, typed(body=body), key=key, number=article.pk)
    kept = {text.key: (text.characters, text.beginning) for text in UnsavedText.objects.all()}
    assert kept == {ONE: (11, "望桥乡 的便民桥今日通车"), TWO: (99, "雨" * 39 + "…")}
    for address in ("/admin/", change_url(article)):
        page = client.get(address, headers={"accept-language": "en"}).content.decode()
        assert re.search(r"11 characters: 望桥乡 的便民桥今日通车\s", page), address
        assert re.search(rf"99 characters: {'雨' * 39}…\s", page), address


def test_saving_makes_a_revision_and_clears_what_was_kept_in_one_act(client, cast):
    keep(client, cast.writer, typed("甲"))
    keep(client, cast.writer, typed("别的窗口"), key=TWO)
    client.post(ADD, form(cast, unsaved_key="3" * 32, unsaved_shown=f"{ONE}.1"))
    assert Article.objects.get().latest.number == 1
    assert UnsavedText.objects.get().key == TWO
    client.post(ADD, form(cast, unsaved_key=TWO, unsaved_shown=""))
    assert not UnsavedText.objects.exists()


def test_a_refused_save_keeps_the_key_and_what_was_kept(client, cast):
    keep(client, cast.writer, typed("甲"))
    page = client.post(ADD, form(cast, title="", unsaved_key=ONE, unsaved_shown=""))
    assert page.context["unsaved_key"] == ONE
    assert UnsavedText.objects.get().key == ONE


def test_each_opening_of_the_form_has_a_key_of_its_own(client, cast):
    login(client, cast.writer)
    assert client.get(ADD).context["unsaved_key"] != client.get(ADD).context["unsaved_key"]


def test_only_the_owner_sees_puts_back_and_discards_a_text(client, cast):
    article = cast.article()
    keep(client, cast.writer, typed("我的机密"), number=article.pk)
    for other in (cast.editor, cast.admin):
        login(client, other)
        for address in ("/admin/", change_url(article), f"{change_url(article)}?unsaved={ONE}"):
            page = client.get(address)
            assert page.status_code == 200
            assert "我的机密" not in page.content.decode()
            assert "kept-copy" not in page.content.decode()
        client.post(DISCARD, {"discard": f"{ONE}.1"})
        client.post(DISCARD, {"discard_own": "1", "unsaved_key": ONE})
        keep(client, other, typed("覆盖"), number=article.pk)
    assert UnsavedText.objects.get(owner=cast.writer).title == "我的机密"


def test_nothing_of_a_page_is_kept_for_somebody_who_logged_in_over_it(client, cast):
    answer = keep(client, cast.editor, typed("林晓舟的"), writer=cast.writer.pk)
    assert (answer.status_code, UnsavedText.objects.count()) == (403, 0)
    assert "editor" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "facts",
    [
        {"unsaved_key": "x"},
        {"fields": "[1]"},
        {"fields": "{"},
        {"fields": '[["a", 1]]'},
        {"fields": "[" * 9999},
        {"number": "x"},
        {"number": "999999"},
    ],
)
def test_what_no_form_of_ours_sends_is_refused_in_a_sentence(client, cast, facts):
    good = {"unsaved_key": ONE, "writer": cast.writer.pk, "fields": json.dumps(typed())}
    answer = login(client, cast.writer).post(KEEP, {**good, **facts})
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]
    assert not UnsavedText.objects.exists()


def test_a_discarded_text_is_gone_unless_it_was_written_on(client, cast):
    keep(client, cast.writer, typed("甲"))
    keep(client, cast.writer, typed("甲乙"))
    client.post(DISCARD, {"discard": f"{ONE}.1"})
    assert UnsavedText.objects.count() == 1
    answer = client.post(DISCARD, {"discard": f"{ONE}.2", "next": "//evil.example/"})
    assert (answer["Location"], UnsavedText.objects.count()) == ("/admin/", 0)
    assert client.post(DISCARD, {"discard": "x"}).status_code == 404
    assert "saved or discarded" in said(client.get(f"{ADD}?unsaved={ONE}", headers={"accept-language": "en"}))


def test_text_of_a_discarded_draft_is_not_offered_and_goes_with_it(client, cast):
    article = cast.article(by=cast.writer)
    keep(client, cast.writer, typed("甲"), number=article.pk)
    discarding.discard_draft(article, by=cast.writer)
    assert not unsaved_texts.unsaved_texts_of(cast.writer)
    assert keep(client, cast.writer, typed("乙"), number=article.pk).status_code == 422
    discarding.put_back_draft(article.pk, by=cast.writer)
    assert unsaved_texts.unsaved_texts_of(cast.writer)


def test_a_text_opens_although_its_credits_are_gone(client, cast):
    article = cast.article(by=cast.writer)
    fields = [[name, str(value)] for name, value in form(cast, article, title="接着写").items()]
    cast.change(article, title="别人改的")
    article.credits.all().delete()
    keep(client, cast.writer, fields, number=article.pk)
    page = client.get(f"{change_url(article)}?unsaved={ONE}")
    assert page.status_code == 200
    assert "接着写" in page.content.decode()


def test_keeping_costs_few_queries_and_writes_no_session(client, cast, django_assert_max_num_queries):
    article = cast.article(by=cast.writer)
    keep(client, cast.writer, typed("甲"), number=article.pk)
    entries, revisions = AuditEntry.objects.count(), Revision.objects.count()
    with django_assert_max_num_queries(12) as asked:
        client.post(
            KEEP,
            {"unsaved_key": ONE, "number": article.pk, "writer": cast.writer.pk, "fields": json.dumps(typed("甲乙"))},
        )
    assert not [
        query for query in asked.captured_queries if "django_session" in query["sql"] and "SELECT" not in query["sql"]
    ]
    assert (AuditEntry.objects.count(), Revision.objects.count()) == (entries, revisions)


def test_the_log_in_after_an_expired_session_says_that_the_text_was_kept(client, cast):
    login(client, cast.writer)
    client.session.flush()
    for address, is_said in ((ADD, True), (change_url(cast.article()), True), ("/admin/", False)):
        html = client.get(address, follow=True, headers={"accept-language": "en"}).content.decode()
        assert ("what you typed was kept" in html) == is_said, address
