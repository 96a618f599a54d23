"""Notes and suggestions: who may write, answer, close and take them, and that none is part of the text."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import translation

from articles import marginal_notes, review
from articles.models import AuditEntry, MarginalNote
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db
BODY = "<p>桥长三十米，宽六米。</p><p>下周通车。</p>"


@pytest.fixture
def article(cast):
    cast.let_readers_correct()
    return cast.article(by=cast.writer, body=BODY)


def note(article, cast, *, by=None, quote="三十米", text="与通报不符"):
    return marginal_notes.write_marginal_note(article, by=by or cast.editor, quote=quote, text=text)


def suggestion(article, cast, *, by=None, quote="三十米", replacement="五十米"):
    return marginal_notes.suggest_words(article, by=by or cast.editor, quote=quote, replacement=replacement)


def states(article, user):
    return [
        (row.note.text or row.note.replacement, row.note.state, row.passage)
        for row in marginal_notes.notes_of(article, user)
    ]


class TestWriting:
    def test_a_note_stands_beside_its_passage_and_changes_no_text(self, cast, article):
        before = article.newest.digest
        written = note(article, cast)
        article.refresh_from_db()
        assert article.newest.digest == before
        assert (written.quote, written.prefix, written.suffix[:3]) == ("三十米", "桥长", "，宽六")
        assert states(article, cast.writer) == [("与通报不符", "open", "there")]
        entry = AuditEntry.objects.order_by("pk").last()
        assert (entry.action, entry.details["quote"]) == ("article.noted", "三十米")

    def test_it_follows_its_passage_and_says_if_that_is_gone(self, cast, article):
        note(article, cast)
        cast.change(article, by=cast.writer, body="<p>新加的一段。</p>" + BODY)
        assert states(article, cast.writer) == [("与通报不符", "open", "there")]
        cast.change(article, by=cast.writer, body="<p>全部重写。</p>")
        article.refresh_from_db()
        assert states(article, cast.writer) == [("与通报不符", "open", "gone")]

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"text": " "}, "Write what you want to say"),
            ({"quote": "没有的字"}, "are not in the text"),
            ({"quote": ""}, "are not in the text"),
            ({"quote": "三" * 400}, "are not in the text"),
            ({"quote": "三" * 401}, "quotes at most 400"),
            ({"text": "三" * 1001}, "at most 1000"),
            ({"text": "@stranger 请看"}, "may not read"),
        ],
    )
    def test_it_is_refused(self, cast, article, facts, sentence):
        with refused(marginal_notes.CannotNote, sentence):
            note(article, cast, **facts)

    @pytest.mark.parametrize("who", ["stranger", "culture_editor"])
    def test_who_may_not_read_the_text_neither_writes_nor_sees_notes(self, cast, article, who):
        note(article, cast)
        with refused(PermissionDenied):
            note(article, cast, by=getattr(cast, who))
        with refused(PermissionDenied):
            marginal_notes.notes_of(article, getattr(cast, who))

    def test_an_auditor_reads_and_writes_none(self, cast, article):
        auditor = make_user("auditor", ["audit"])
        with refused(PermissionDenied, "who work on articles"):
            note(article, cast, by=auditor)

    def test_too_many_are_refused(self, cast, article, monkeypatch):
        monkeypatch.setattr(marginal_notes.writing, "MOST_NOTES", 1)
        note(article, cast)
        with refused(marginal_notes.CannotNote, "has 1 notes"):
            note(article, cast)

    def test_colleagues_who_are_named_see_it_until_it_is_closed(self, cast, article):
        written = note(article, cast, text="@林晓舟请核实，@head 也看看，a@b.cn @nobody")
        assert set(written.mentioned.all()) == {cast.writer, cast.head}
        assert list(marginal_notes.notes_naming(cast.writer)) == [written]
        reply = marginal_notes.answer_note(written, by=cast.writer, text="@梁静姝 核实了")
        assert list(marginal_notes.notes_naming(cast.editor)) == [reply]
        marginal_notes.close_note(written, by=cast.editor)
        assert not marginal_notes.notes_naming(cast.writer).exists()
        assert not marginal_notes.notes_naming(cast.editor).exists()


class TestAnsweringAndClosing:
    def test_a_note_is_answered_and_closed_once(self, cast, article):
        written = note(article, cast)
        marginal_notes.answer_note(written, by=cast.writer, text="以通报为准")
        marginal_notes.close_note(written, by=cast.writer)
        entries = AuditEntry.objects.count()
        marginal_notes.close_note(written, by=cast.head)
        assert AuditEntry.objects.count() == entries, "it is done already"
        (row,) = marginal_notes.notes_of(article, cast.head)
        assert (row.note.closed_by, [reply.text for reply in row.replies]) == (cast.writer, ["以通报为准"])
        with refused(marginal_notes.CannotNote, "closed"):
            marginal_notes.answer_note(written, by=cast.writer, text="还有")

    def test_an_empty_answer_and_strangers_are_refused(self, cast, article):
        written = note(article, cast)
        with refused(marginal_notes.CannotNote):
            marginal_notes.answer_note(written, by=cast.writer, text="")
        for act in (lambda: marginal_notes.answer_note(written, by=cast.stranger, text="x"),):
            with refused(PermissionDenied):
                act()
        with refused(PermissionDenied):
            marginal_notes.close_note(written, by=cast.stranger)

    def test_sending_back_carries_notes_and_the_next_reading_warns_of_them(self, cast, article):
        review.submit_article(article, by=cast.writer)
        written = note(article, cast)
        review.send_back(article, by=cast.editor, reason="见批注")
        review.submit_article(article, by=cast.writer)
        with translation.override("en"):
            (problem,) = review.unsettled_problems(article)
            assert str(problem.message) == "Marginal notes that are open: 1."
            signed = review.sign_off_reading(article, by=cast.editor, revision=1)
        assert "review.open_notes" in [warning["id"] for warning in signed.warnings]
        marginal_notes.close_note(written, by=cast.editor)
        assert review.unsettled_problems(article) == []


class TestSuggestions:
    def test_taking_one_is_an_ordinary_edit(self, cast, article):
        review.submit_article(article, by=cast.writer)
        review.sign_off_reading(article, by=cast.editor, revision=1)
        proposed = suggestion(article, cast, by=cast.chief)
        with refused(review.WouldVoid):
            marginal_notes.take_suggestion(proposed, by=cast.writer)
        revision = marginal_notes.take_suggestion(proposed, by=cast.writer, voiding=True)
        article.refresh_from_db()
        assert "桥长五十米" in article.body
        assert (article.stage, article.signed, revision.created_by) == (0, None, cast.writer)
        proposed.refresh_from_db()
        assert (proposed.state, proposed.closed_by) == ("taken", cast.writer)
        entry = AuditEntry.objects.get(action="article.suggestion_taken")
        assert entry.details == {"old": "三十米", "new": "五十米", "revision": revision.number}
        assert marginal_notes.take_suggestion(proposed, by=cast.writer) == revision, "taken already"
        assert article.revisions.count() == 2

    def test_each_is_taken_or_declined_by_itself(self, cast, article):
        first, second = suggestion(article, cast), suggestion(article, cast, quote="六米", replacement="")
        marginal_notes.decline_suggestion(first, by=cast.writer)
        marginal_notes.decline_suggestion(first, by=cast.writer)
        marginal_notes.take_suggestion(second, by=cast.writer)
        article.refresh_from_db()
        assert article.body == "<p>桥长三十米，宽。</p><p>下周通车。</p>"
        assert [row[1] for row in states(article, cast.writer)] == ["declined", "taken"]

    def test_the_reader_whose_turn_it_is_may_take_one_and_keeps_the_sign_offs_before(self, cast, article):
        review.submit_article(article, by=cast.writer)
        review.sign_off_reading(article, by=cast.editor, revision=1)
        marginal_notes.take_suggestion(suggestion(article, cast, by=cast.chief), by=cast.head)
        article.refresh_from_db()
        assert (article.stage, article.signed.person) == (2, cast.editor)

    @pytest.mark.parametrize(("quote", "changed"), [("三十米", "四十米"), ("宽六米", "宽七米")])
    def test_a_suggestion_whose_passage_changed_is_not_put_in(self, cast, article, quote, changed):
        proposed = suggestion(article, cast, quote=quote)  # the surroundings of the second one are found again
        cast.change(article, by=cast.writer, body=BODY.replace(quote, changed))
        with refused(marginal_notes.CannotSuggest, "has changed since"):
            marginal_notes.take_suggestion(proposed, by=cast.writer)

    @pytest.mark.parametrize(
        ("quote", "replacement", "sentence"),
        [
            ("三十米", "三十米", "same as in the text"),
            ("六米。\n下周", "七米。下周", "one paragraph"),
            ("三十米", "米" * 401, "at most 400"),
        ],
    )
    def test_it_is_refused(self, cast, article, quote, replacement, sentence):
        with refused(marginal_notes.CannotSuggest, sentence):
            suggestion(article, cast, quote=quote, replacement=replacement)

    def test_others_neither_take_nor_decline_it(self, cast, article):
        proposed = suggestion(article, cast)
        reporter = make_user("reporter", ["read"])
        for user in (cast.stranger, reporter):
            with refused(PermissionDenied):
                marginal_notes.take_suggestion(proposed, by=user)
            with refused(PermissionDenied):
                marginal_notes.decline_suggestion(proposed, by=user)
        own = suggestion(article, cast, by=reporter)
        marginal_notes.decline_suggestion(own, by=reporter)
        own.refresh_from_db()
        assert own.state == "declined", "whoever suggested it may take it back"


class TestAtTheDesk:
    def page(self, article, name="notes"):
        return reverse(f"admin:articles_article_{name}", args=[article.pk])

    def test_without_a_script_notes_are_written_by_the_form(self, client, cast, article, django_assert_max_num_queries):
        client.force_login(cast.editor)
        facts = {"act": "note", "quote": "三十米", "text": "请核对<b>", "page": "notes"}
        assert client.post(self.page(article), facts)["Location"] == self.page(article)
        for _more in range(5):
            note(article, cast)
        with django_assert_max_num_queries(25):
            html = client.get(self.page(article)).content.decode()
        assert "请核对&lt;b&gt;" in html
        for name in ("review", "change"):
            address = self.page(article, name) if name == "review" else f"/admin/articles/article/{article.pk}/change/"
            assert "请核对&lt;b&gt;" in client.get(address).content.decode(), name

    def test_a_refusal_keeps_what_was_typed(self, client, cast, article):
        client.force_login(cast.editor)
        for act in ("note", "suggest", ""):
            response = client.post(self.page(article), {"act": act, "quote": "没有的字", "text": "写了很久的意见"})
            assert response.status_code == 409
            assert "写了很久的意见" in response.content.decode()
        assert not MarginalNote.objects.exists()

    def test_each_button_does_its_act(self, client, cast, article):
        client.force_login(cast.editor)
        client.post(self.page(article), {"act": "suggest", "quote": "三十米", "replacement": "五十米"})
        client.post(self.page(article), {"act": "note", "quote": "六米", "text": "核"})
        proposed, written = MarginalNote.objects.all()
        client.post(self.page(article), {"act": "answer", "note": written.pk, "answer": "好"})
        client.post(self.page(article), {"act": "done", "note": written.pk})
        client.post(self.page(article), {"act": "take", "note": proposed.pk})
        article.refresh_from_db()
        assert "五十米" in article.body
        assert [row.state for row in MarginalNote.objects.filter(answers=None)] == ["taken", "done"]

    @pytest.mark.parametrize("key", ["", "0", "x", "9" * 18])
    def test_a_note_of_another_article_is_not_found(self, client, cast, article, key):
        client.force_login(cast.editor)
        assert client.post(self.page(article), {"act": "done", "note": key}).status_code == 404
        other = note(cast.article(body=BODY), cast)
        assert client.post(self.page(article), {"act": "done", "note": other.pk}).status_code == 404

    def test_who_is_named_finds_the_note_on_the_first_page(self, client, cast, article):
        note(article, cast, text="@林晓舟 请核实桥长")
        client.force_login(cast.writer)
        assert "请核实桥长" in client.get("/admin/").content.decode()
        client.force_login(cast.head)
        assert "请核实桥长" not in client.get("/admin/").content.decode()

    def test_a_note_is_not_on_previews_or_public_pages(self, client, cast, article):
        note(article, cast, text="内部意见")
        assert "内部意见" not in client.get(cast.preview(article)).content.decode()
        cast.publish(article)
        assert "内部意见" not in client.get(f"/a/{article.pk}/").content.decode()
