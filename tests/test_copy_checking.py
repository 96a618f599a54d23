"""Checking a copy of an article: sentence by sentence, against public editions alone, and nothing of it is kept."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from articles import closing, copy_checking, merkle_log, publishing
from articles.copy_checking import CannotCompare, Verdict, article_number, check_copy
from articles.models import Article, Section
from articles.public.pages import copy_check
from tests.cast import all_rows, refused
from tests.test_evidence_verify_pack import verify_pack

BODY = "<p>望桥乡的便民桥今日通车。全长3.6公里，投资两千万元。</p><p>村民说：“<b>方便</b>多了！”</p><p>县长出席。</p>"
TEXT = "望桥乡的便民桥今日通车。全长3.6公里，投资两千万元。\n村民说：“方便多了！”\n县长出席。"
OTHER = "<p>望桥乡的便民桥昨日通车。全长3.6公里，投资两千万元。</p><p>村民说：“方便多了！”</p><p>县长没有出席。</p>"


@pytest.fixture
def article(cast):
    article = cast.article(body=BODY)
    cast.publish(article)
    return article


def verdicts(check):
    return [(sentence.verdict.value, "".join(span.text for span in sentence.spans)) for sentence in check.sentences]


@pytest.mark.parametrize(
    "copy",
    [
        TEXT,
        TEXT.replace("\n", ""),
        TEXT.replace("。", "。\n\n　　"),
        TEXT.replace("3.6", "３．６"),
        f"{{title}}\n{TEXT}",
    ],
)
def test_a_faithful_copy_agrees_however_it_is_set(article, copy):
    check = check_copy(str(article.number), copy.replace("{title}", article.title))
    assert check.is_faithful
    assert check.has_title == ("{title}" in copy)
    assert check.count(Verdict.SAME) == 4 + check.has_title


def test_every_difference_is_told_sentence_by_sentence(article):
    copy = "望桥乡的便民桥今日通车。据悉，全长36公里，投资两千万元。这是谣言里加的一句话。县长出席。"
    check = check_copy(f"http://127.0.0.1:8000/a/{article.number}/", copy)
    assert [kind for kind, _text in verdicts(check)] == ["same", "changed", "left_out", "added", "same"]
    changed = check.sentences[1].spans
    assert "".join(span.text for span in changed if span.kind != "added") == "全长3.6公里，投资两千万元。"
    assert "".join(span.text for span in changed if span.kind != "removed") == "据悉，全长36公里，投资两千万元。"
    assert verdicts(check)[2][1] == "村民说：“方便多了！”"
    assert not check.is_faithful


def test_it_is_compared_with_the_edition_to_which_it_is_nearest(cast, article):
    cast.correct(article, body=OTHER)
    assert check_copy(str(article.number), TEXT).edition.number == 1
    assert (
        check_copy(str(article.number), TEXT.replace("今日", "昨日").replace("县长出", "县长没有出")).edition.number
        == 2
    )
    assert check_copy(str(article.number), "别的。").edition.number == 2


def close(cast, article):
    closing.close_text(article, by=cast.editor, edition=1, reason="涉及个人信息")


def hide(_cast, _article):
    Section.objects.update(shows_changes=False)


@pytest.mark.parametrize("hidden", [close, hide])
def test_text_that_the_history_does_not_show_is_not_shown_here(cast, article, hidden):
    cast.correct(article, body=OTHER)
    hidden(cast, article)
    check = check_copy(str(article.number), TEXT)
    assert check.edition.number == 2
    removed = "".join(span.text for each in check.sentences for span in each.spans if span.kind != "added")
    assert "今日" not in removed


def test_what_cannot_be_compared_is_refused_with_a_sentence(cast, article):
    number = str(article.number)
    draft = cast.article()
    for claimed, copy, sentence in (
        ("那篇稿子", TEXT, "not an article’s number"),
        (number, " \n", "nothing to compare"),
        (number, "字" * 20_001, "at most 20000 characters"),
        (str(draft.number), TEXT, "no public article"),
        ("9" * 18, TEXT, "no public article"),
    ):
        with refused(CannotCompare, sentence):
            check_copy(claimed, copy)
    publishing.withdraw_article(article, by=cast.editor, reason="待核")
    with refused(CannotCompare, "no public article"):
        check_copy(number, TEXT)


@pytest.mark.parametrize(
    ("claimed", "number"),
    [("12", 12), (" １２ ", 12), ("https://a.example/a/12/history/", 12), ("a.example/q/P12-3", 12)],
)
def test_numbers_and_addresses_are_understood(claimed, number):
    assert article_number(claimed) == number


def test_the_signed_answer_names_the_copy_and_is_no_checkpoint(article):
    assert copy_checking.signed_answer(check_copy(str(article.number), TEXT)) == ""
    call_command("make_log_key")
    note = copy_checking.signed_answer(check_copy(str(article.number), TEXT))
    key = merkle_log.read_log_keys()[0].verifier
    assert merkle_log.is_signed_by(note, key.named(f"{key.name}/copies"))
    assert not merkle_log.is_signed_by(note, key)
    assert f"copy_sha256={hashlib.sha256(TEXT.encode()).hexdigest()}" in note
    assert "same=4 changed=0 added=0 left_out=0" in note
    with pytest.raises(merkle_log.WrongNote):
        merkle_log.parse_checkpoint(note)
    assert verify_pack.check_checkpoint(note, [str(key)], [], "")[-1] == note
    with pytest.raises(verify_pack.Forged):
        verify_pack.check_checkpoint(note.replace("added=0", "added=9"), [str(key)], [], "")


def test_the_page_compares_and_keeps_nothing(client, article):
    call_command("make_log_key")
    before = all_rows()
    html = client.get(f"/copy/?of={article.number}").content.decode()
    assert f'value="{article.number}"' in html
    answer = client.post("/copy/", {"of": article.number, "copy": TEXT.replace("今日", "昨日") + "<b>加</b>。"})
    html = answer.content.decode()
    assert "<del>今日</del><ins>昨日</ins>" in html or "<del>今</del><ins>昨</ins>" in html
    assert "&lt;b&gt;加" in html
    assert f"article={article.number} edition=1" in html
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    refusal = client.post("/copy/", {"of": "?", "copy": TEXT})
    assert (refusal.status_code, TEXT.splitlines()[0] in refusal.content.decode()) == (422, True)
    assert client.post("/copy/", {"of": "1", "copy": "字" * 300_000}).status_code == 413
    assert all_rows() == before


@pytest.mark.parametrize("key", ["", "no key\n", "\ud800"])
def test_a_damaged_key_leaves_the_answer_unsigned(client, article, key):
    Path(settings.LOG_KEY_FILE).write_bytes(key.encode(errors="surrogatepass"))
    answer = client.post("/copy/", {"of": article.number, "copy": TEXT})
    assert answer.status_code == 200
    assert f"article={article.number} edition=1" not in answer.content.decode()


def test_one_address_may_not_have_thousands_compared(client, article, monkeypatch):
    monkeypatch.setattr(copy_check, "_recent", {})
    monkeypatch.setattr(copy_check, "MOST_AN_HOUR", 2)
    asked = [client.post("/copy/", {"of": article.number, "copy": TEXT}).status_code for _ in range(3)]
    assert asked == [200, 200, 422]


def test_it_asks_the_database_four_times(cast, article, django_assert_num_queries):
    for _ in range(3):
        cast.correct(article, body=OTHER)
        cast.correct(article, body=BODY)
    with django_assert_num_queries(4):
        check_copy(str(article.number), TEXT)
    assert Article.objects.count() == 1


SENTENCES = st.lists(st.text("桥通车了村民说", min_size=1, max_size=8).map(lambda words: words + "。"), max_size=12)


@given(own=SENTENCES, pasted=SENTENCES)
def test_no_sentence_is_lost(own, pasted):
    found = list(copy_checking._compared(own, pasted))
    spans = [(span.kind, span.text) for sentence in found for span in sentence.spans]
    assert "".join(text for kind, text in spans if kind != "added") == "".join(own)
    assert "".join(text for kind, text in spans if kind != "removed") == "".join(pasted)


def test_sentences_that_follow_one_another_are_paired_and_in_very_long_runs_only_those_at_one_place(monkeypatch):
    old = ["望桥乡的便民桥昨日通车。", "两岸村民步行过桥。"]
    new = [sentence.replace("。", "了！") for sentence in old]
    assert copy_checking._alike(old, new) == [(0, 0), (1, 1)]
    monkeypatch.setattr(copy_checking, "MOST_PAIRS", 1)
    assert copy_checking._alike(old, new[:1]) == [(0, 0)]
    assert copy_checking._alike(old, new[::-1]) == []
