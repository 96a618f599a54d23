"""Saving and moving: each change is a revision with its digest; nobody saves over the work of others."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import attachments, editing, pictures, review, sanitising
from articles.models import Article, AuditEntry, Credit, Revision
from articles.models.immutable import Unchangeable
from articles.reconciling import save_beside_others
from tests.cast import Role, png, refused, upload


def test_each_save_makes_a_revision_with_a_digest(cast):
    article = cast.article(title="一", by=cast.writer)
    second = cast.change(article, title="二", by=cast.editor)
    assert [r.number for r in article.revisions.all()] == [2, 1]
    assert (second.created_by, second.content["title"]) == (cast.editor, "二")
    assert article.latest == second
    assert AuditEntry.objects.first().action == "article.saved"


def test_saving_without_a_change_makes_none(cast):
    article = cast.article()
    before = article.latest
    assert cast.change(article) == before
    assert article.revisions.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "另一个"),
        ("kicker", "引题"),
        ("subtitle", "副题"),
        ("short_title", "短"),
        ("summary", "摘要"),
        ("body", "<p>改</p>"),
        ("keywords", "桥"),
        ("origin", "compiled"),
        ("ai_use", "text,film"),
        ("original_title", "原题"),
        ("original_author", "某"),
        ("original_url", "https://a.example/"),
        ("original_published_on", "2026-01-02"),
        ("embargo_until", "2036-01-01T00:00:00Z"),
    ],
)
def test_the_digest_covers_everything_readers_would_see(cast, field, value):
    from django.utils.dateparse import parse_datetime  # noqa: PLC0415

    article = cast.article()
    before = article.latest.digest
    cast.change(article, **{field: parse_datetime(value) or value if field.endswith(("_at", "_until")) else value})
    assert article.latest.digest != before


def test_the_digest_covers_section_source_and_credits_in_order(cast):
    article = cast.article()
    digests = {article.latest.digest}
    cast.change(article, section=cast.culture)
    digests.add(article.latest.digest)
    cast.change(article, source=cast.listed)
    digests.add(article.latest.digest)
    for credits in (
        [(Role.REPORTER, cast.liang)],
        [(Role.REPORTER, cast.lin), (Role.REPORTER, cast.liang)],
        [(Role.REPORTER, cast.liang), (Role.REPORTER, cast.lin)],
    ):
        editing.save_article(article, by=cast.editor, credits=credits)
        digests.add(article.latest.digest)
    assert len(digests) == 6


def test_text_passes_the_gate_on_every_save(cast):
    article = cast.article(title=" 标题\u200b\x00 ", body='<p onclick="x()">文<script>alert(1)</script></p>')
    article.refresh_from_db()
    assert (article.title, article.body) == ("标题", "<p>文</p>")
    assert article.latest.content["body"] == "<p>文</p>"


def test_what_the_gate_removed_is_told(cast):
    article = Article(title="题", section=cast.news, body="<p>文</p><script>x</script>")
    assert editing.save_article(article, by=cast.writer).removed


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_the_wrong_person_saves_nothing(cast, who):
    article = cast.article()
    with pytest.raises(PermissionDenied):
        cast.change(article, by=getattr(cast, who), title="改")
    article.refresh_from_db()
    assert article.title != "改"
    assert Revision.objects.count() == 1


def test_an_article_cannot_be_moved_where_one_may_not_write(cast):
    article = cast.article(section=cast.culture)
    with pytest.raises(PermissionDenied):
        cast.change(article, by=cast.culture_editor, section=cast.news)


def test_a_duty_reaches_the_sections_below(cast):
    article = cast.article(section=cast.towns, by=cast.towns_writer)
    assert article.latest.created_by == cast.towns_writer


def test_two_people_on_one_text(cast):
    article = cast.article()
    opened_at = article.latest.number
    editing.refuse_if_saved_since(article, opened_at)
    cast.change(article, by=cast.editor, title="别人的版本")
    with pytest.raises(ValidationError, match="梁静姝"):
        editing.refuse_if_saved_since(article, opened_at)


def test_saving_over_a_newer_text_is_refused_in_the_act(cast):
    article = cast.article()
    opened_at = article.latest.number
    mine = Article.objects.get(pk=article.pk)
    cast.change(article, by=cast.editor, title="别人的版本")
    mine.title = "我的版本"
    with refused(ValidationError, "saved this article"):
        editing.save_article(mine, by=cast.writer, based_on=opened_at)
    editing.save_article(mine, by=cast.writer, based_on=opened_at + 1)
    assert Article.objects.get().title == "我的版本"


def test_credits_that_stay_keep_their_rows(cast):
    article = cast.article()
    reporter, editor = article.credits.all()
    wanted = [(Role.PHOTO, cast.lin), (editor.role, editor.person), (reporter.role, reporter.person)]
    editing.save_article(article, by=cast.editor, credits=wanted)
    rows = list(article.credits.all())
    assert [(row.role, row.person) for row in rows] == wanted
    assert [row.pk for row in rows[1:]] == [editor.pk, reporter.pk]
    editing.save_article(article, by=cast.editor, credits=wanted[1:2])
    assert [row.pk for row in article.credits.all()] == [editor.pk]


def test_a_text_that_is_too_long_is_refused(cast, monkeypatch):
    article = cast.article()
    article.body = "<p>" * 200 + "x" * 3_000_000
    with refused(sanitising.BodyTooLong):
        editing.save_article(article, by=cast.writer)


def test_revisions_editions_sign_offs_and_audit_entries_are_written_once(cast):
    article = cast.article()
    edition = cast.publish(article)
    for row in (article.latest, AuditEntry.objects.first(), edition, edition.sign_off):
        with pytest.raises(Unchangeable):
            row.save()
        with pytest.raises(Unchangeable):
            row.delete()
        with pytest.raises(Unchangeable):
            type(row).objects.all().delete()
        with pytest.raises(Unchangeable):
            type(row).objects.update(pk=99)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("桥，路、 水;电；桥", "桥,路,水,电"), ("", ""), (" ,, ", ""), ("乡村振兴", "乡村振兴")],
)
def test_keywords_are_separated_by_whatever_people_type(cast, typed, kept):
    assert cast.article(keywords=typed).keywords == kept


def test_a_credit_is_kept_once(cast):
    article = cast.article(credits=[(Role.REPORTER, cast.lin), (Role.REPORTER, cast.lin)])
    assert Credit.objects.filter(article=article).count() == 1


def test_a_revision_spells_out_everything_that_readers_see(cast):
    """Digests are signed and kept for years: neither field names nor formats may change by accident."""
    cover, inner = (
        pictures.store_picture(upload(png(w, 600)), by=cast.writer, alt="桥", credit="林晓舟 摄") for w in (900, 800)
    )
    paper = attachments.store_attachment(upload("甲,乙\n".encode(), "名单.csv"), by=cast.writer)
    at = datetime(2036, 1, 1, 8, tzinfo=UTC)
    article = cast.article(
        body=f'<figure><img src="{inner.url}" alt=""></figure><p><a href="{paper.url}">名单</a></p>',
        cover=cover,
        keywords="桥，路",
        kicker="引题",
        subtitle="副题",
        short_title="短题",
        summary="摘要",
        origin="reprint",
        original_title="原题",
        original_author="某",
        original_url="https://a.example/",
        title="题",
        original_published_on=date(2026, 1, 2),
        embargo_until=at,
        source=cast.listed,
    )
    article.refresh_from_db()

    def facts(picture):
        return {
            "sha256": picture.sha256,
            "file": picture.file.name,
            "width": picture.width,
            "height": 600,
            "alt": "桥",
            "credit": "林晓舟 摄",
            "ai_label": "",
        }

    assert article.latest.content == {
        "version": 2,
        "kicker": "引题",
        "title": "题",
        "subtitle": "副题",
        "short_title": "短题",
        "summary": "摘要",
        "keywords": ["桥", "路"],
        "original_title": "原题",
        "original_author": "某",
        "original_url": "https://a.example/",
        "origin": "reprint",
        "original_published_on": "2026-01-02",
        "body": article.body,
        "section": cast.news.pk,
        "source": {"key": cast.listed.pk, "name": "泽南日报", "url": ""},
        "cover": facts(cover),
        "pictures": [facts(inner), facts(cover)],
        "attachments": [{"file": paper.file.name, "sha256": paper.sha256, "name": "名单.csv", "size": paper.size}],
        "credits": [
            {"role": "reporter", "key": cast.lin.pk, "name": "林晓舟", "unit": "霁川县融媒体中心"},
            {"role": "responsible_editor", "key": cast.liang.pk, "name": "梁静姝", "unit": "霁川县融媒体中心"},
        ],
        "embargo_until": at.isoformat(),
    }
    assert list(article.latest.pictures.order_by("pk")) == sorted([cover, inner], key=lambda picture: picture.pk)
    assert list(article.latest.attachments.all()) == [paper]


def test_a_save_reads_the_article_once(cast):
    article = cast.article(by=cast.writer)
    cast.publish(article)
    form = Article.objects.get(pk=article.pk)
    form.title = "改过的标题"
    with CaptureQueriesContext(connection) as asked:
        save_beside_others(form, by=cast.writer, based_on=1)
    whole = '"articles_article"."body", "articles_article"."cover_id"'
    reads = [query["sql"] for query in asked.captured_queries if whole in query["sql"]]
    assert [sql.split()[0] for sql in reads if not sql.startswith("UPDATE")] == ["SELECT"]


def test_an_article_moves_with_its_text_and_credits(cast):
    article = cast.article()
    before = list(article.credits.values_list("role", "person"))
    editing.move_article(article, to=cast.culture, by=cast.head, based_on=1)
    article.refresh_from_db()
    assert article.section == cast.culture
    assert list(article.credits.values_list("role", "person")) == before
    assert editing.move_article(article, to=cast.culture, by=cast.head, based_on=2).number == 2


def test_an_article_does_not_move_over_the_work_of_others(cast):
    article = cast.article()
    cast.change(article, title="改过的题目")
    with refused(ValidationError, "saved this article"):
        editing.move_article(article, to=cast.culture, by=cast.head, based_on=1)
    with refused(PermissionDenied):
        editing.move_article(article, to=cast.culture, by=cast.towns_writer, based_on=2)
    review.submit_article(article, by=cast.admin)
    cast.sign(article, times=1)
    with refused(review.WouldVoid):
        editing.move_article(article, to=cast.culture, by=cast.head, based_on=2)
