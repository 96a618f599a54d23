"""Reprints: a page of another site becomes a draft that names its original, and the page is kept as it came."""

import hashlib
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from articles import discarding, reprinting, review
from articles.fetching import Fetched
from articles.models import Article, AuditEntry, ReprintOriginal, Source
from articles.models.immutable import Unchangeable
from articles.refusals import Refusal
from tests.cast import refused

pytestmark = pytest.mark.django_db

TITLE = "三县共治一条河"
LINES = ("11月2日，三县在泽南签下治河的约定，沿河二十个村的账合成了一本。", "今年已清淤十二公里，岸边新栽柳树三千棵。")
ADDRESS = "https://paper.example.cn/2026/11/02/river.html"


def page(source="来源：泽南日报 2026-11-02 09:30 作者：方知远", extra=""):
    text = "".join(f"<p>{line}</p>" for line in LINES)
    return (
        f"<html><head><meta charset='utf-8'><title>{TITLE}_泽南网</title></head><body><h1>{TITLE}</h1>"
        f"<p>{source}</p><div id='text'>{text}{extra}</div></body></html>"
    ).encode()


@pytest.fixture
def site(monkeypatch):
    """What the address answers; a test may change it."""
    answers = {"page": page(), "address": ADDRESS}

    def fetch(_address, **_limits):
        if isinstance(answers["page"], Refusal):
            raise answers["page"]
        return Fetched(answers["page"], answers["address"])

    monkeypatch.setattr(reprinting, "fetch_public", fetch)
    return answers


def test_a_page_becomes_a_draft_that_names_its_original(cast, site):
    taken = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)
    article = Article.objects.get(pk=taken.article.pk)
    assert (article.title, article.original_title, article.origin) == (TITLE, TITLE, "reprint")
    assert (article.source, article.original_author) == (cast.listed, "方知远")
    assert (article.original_url, article.original_published_on) == (ADDRESS, date(2026, 11, 2))
    assert all(f"<p>{line}</p>" in article.body for line in LINES)
    assert (taken.already, taken.notes) == (False, ())


def test_the_page_is_kept_byte_for_byte_with_digest_time_and_address(cast, site):
    article = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article
    kept = ReprintOriginal.objects.get(article=article)
    assert (bytes(kept.content), kept.sha256) == (page(), hashlib.sha256(page()).hexdigest())
    assert (kept.address, kept.kept_by, kept.size) == (ADDRESS, cast.writer, len(page()))
    entry = AuditEntry.objects.get(action="article.original_kept")
    assert entry.details == {"sha256": kept.sha256, "page": ADDRESS}
    with pytest.raises(Unchangeable):
        kept.save()


def test_a_source_is_never_made_of_a_page_and_what_is_missing_is_said(cast, site):
    site["page"] = page("来源：无名号")
    with translation.override("en"):
        taken = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)
    assert taken.article.source is None
    assert not Source.objects.filter(name="无名号").exists()
    assert [note.split(":")[0] for note in taken.notes] == [
        "The source “无名号” is not in the list of sources",
        "The page names no author",
        "The page has no time of publication",
    ]


@pytest.mark.parametrize(
    ("websites", "found"),
    [
        (["https://www.paper.example.cn/"], True),
        (["https://paper.example.cn.evil.example/"], False),
        (["https://paper.example.cn/", "https://www.paper.example.cn/news/"], False),
    ],
)
def test_where_a_page_names_no_source_its_website_does(cast, site, websites, found):
    site["page"] = page("2026-11-02 09:30")
    rows = [Source.objects.create(name=f"报{number}", url=url) for number, url in enumerate(websites)]
    source = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article.source
    assert source == (rows[0] if found else None)


def test_links_keep_their_target_and_pictures_stay_away(cast, site):
    site["page"] = page(extra="<p>见<a href='/more.html'>附表</a></p><p><img src='/p.jpg'></p><script>x()</script>")
    body = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article.body
    assert 'href="https://paper.example.cn/more.html"' in body
    assert "<img" not in body
    assert "script" not in body


def test_the_same_page_is_not_taken_twice_but_a_changed_one_or_a_discarded_draft_is(cast, site):
    first = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article
    again = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)
    assert (again.article, again.already) == (first, True)
    site["page"] = page(extra="<p>后来又补了一段，说的是下游。</p>")
    assert not reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).already
    site["page"] = page()
    discarding.discard_draft(first, by=cast.writer)
    assert not reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).already


def test_nobody_is_told_of_the_draft_of_others_that_has_the_same_page(cast, site):
    first = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article
    cast.towns_writer.assignments.update(section=cast.towns)
    own = reprinting.take_reprint(ADDRESS, cast.towns, by=cast.towns_writer)
    assert (own.already, own.article == first) == (False, False)


@pytest.mark.parametrize("content", [b"", b"<html><body></body></html>", b"\x89PNG\r\n\x1a\n\0\0", b"<p>\xff\xfe"])
def test_a_page_without_an_article_is_refused(cast, site, content):
    site["page"] = content
    with refused(reprinting.CannotReprint, "paper.example.cn"):
        reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)


def test_an_address_that_an_article_cannot_have_is_refused(cast, site):
    site["address"] = "https://" + "a" * 70 + ".example/1"
    with refused(reprinting.CannotReprint, "aaaa"):
        reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)
    site["address"] = f"{ADDRESS}?{'x' * reprinting.LONGEST_ADDRESS}"
    with refused(reprinting.CannotReprint, "longer"):
        reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer)


def test_whoever_does_not_write_there_takes_nothing(cast, site):
    with refused(PermissionDenied):
        reprinting.take_reprint(ADDRESS, cast.news, by=cast.culture_editor)


# --- Kept with an article ---------------------------------------------------------------------------------------


def test_pasted_text_is_kept_as_it_was_pasted(cast):
    article = cast.article(by=cast.writer)
    text = "原文第一段\r\n\r\n原文第二段"
    kept = reprinting.keep_original_text(article, by=cast.writer, text=f"  {text}\n")
    assert (bytes(kept.content).decode(), kept.text) == (text, "原文第一段\n原文第二段")
    assert reprinting.keep_original_text(article, by=cast.writer, text=text) == kept, "already done"
    assert ReprintOriginal.objects.count() == 1


def test_a_page_is_kept_with_an_article_that_exists(cast, site):
    article = cast.article(by=cast.writer, origin="reprint")
    kept = reprinting.keep_original_page(article, by=cast.writer, address=ADDRESS)
    assert (kept.article, kept.title, kept.text.splitlines()) == (article, TITLE, list(LINES))


def test_what_cannot_be_kept_is_refused(cast, monkeypatch):
    article = cast.article(by=cast.writer)
    monkeypatch.setattr(reprinting, "MOST_ORIGINALS", 1)
    with refused(reprinting.CannotReprint, "paste its text"):
        reprinting.keep_original_text(article, by=cast.writer, text=" ")
    with refused(reprinting.CannotReprint, "longer"):
        reprinting.keep_original_text(article, by=cast.writer, text="字" * (reprinting.LONGEST_TEXT + 1))
    with refused(PermissionDenied):
        reprinting.keep_original_text(article, by=cast.culture_editor, text="原文")
    reprinting.keep_original_text(article, by=cast.writer, text="原文")
    with refused(reprinting.CannotReprint, "1 originals"):
        reprinting.keep_original_text(article, by=cast.writer, text="另一个原文")


def test_an_original_goes_with_a_deleted_draft_only(cast):
    article = cast.article(by=cast.writer)
    kept = reprinting.keep_original_text(article, by=cast.writer, text="原文")
    with pytest.raises(Unchangeable):
        kept.delete()
    Article.objects.filter(pk=article.pk).update(latest=None)
    article.delete()
    assert not ReprintOriginal.objects.exists()


# --- At the desk ------------------------------------------------------------------------------------------------


def test_an_address_at_the_desk_leads_to_the_draft(client, cast, site):
    client.force_login(cast.writer)
    facts = {"address": ADDRESS, "section": cast.news.pk}
    response = client.post(reverse("admin:articles_article_reprint"), facts, follow=True)
    article = Article.objects.get()
    assert response.redirect_chain[-1][0] == reverse("admin:articles_article_change", args=[article.pk])
    site["page"] = Refusal(*reprinting.CannotReprint(reprinting.NOTHING_TO_KEEP).problems)
    response = client.post(reverse("admin:articles_article_reprint"), facts)
    assert str(reprinting.NOTHING_TO_KEEP.message) in response.content.decode()
    assert ADDRESS in response.content.decode(), "nothing that was typed is lost"


def test_a_pasted_original_is_kept_at_the_desk_and_what_is_refused_is_not_lost(client, cast, monkeypatch):
    article = cast.article(by=cast.writer, origin="reprint")
    path = reverse("admin:articles_article_original", args=[article.pk])
    client.force_login(cast.writer)
    monkeypatch.setattr(reprinting, "LONGEST_TEXT", 4)
    assert "原文很长" in client.post(path, {"text": "原文很长"}, follow=True).content.decode()
    assert ReprintOriginal.objects.get().kept_by == cast.writer
    assert "这份更长了" in client.post(path, {"text": "这份更长了"}).content.decode()
    assert ReprintOriginal.objects.count() == 1


def test_readers_see_the_original_beside_our_text_with_its_differences(client, cast, site):
    article = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article
    cast.change(article, by=cast.writer, title="三县合力治一条河", body=f"<p>{LINES[0]}</p>")
    review.submit_article(article, by=cast.writer)
    client.force_login(cast.editor)
    html = client.get(reverse("admin:articles_article_review", args=[article.pk])).content.decode()
    assert "<td>三县<del>共</del>治一条河</td>" in html
    assert "<td>三县<ins>合力</ins>治一条河</td>" in html
    assert f"<td><del>{LINES[1]}</del></td>" in html


def test_without_a_kept_original_readers_see_how_the_titles_differ(client, cast):
    article = cast.article(by=cast.writer, origin="reprint", title="三县合力治河", original_title="三县共治一条河")
    review.submit_article(article, by=cast.writer)
    client.force_login(cast.editor)
    path = reverse("admin:articles_article_review", args=[article.pk])
    assert "三县<del>共治一条</del><ins>合力治</ins>河" in client.get(path).content.decode()
    cast.change(article, title="三县共治一条河", voiding=True)
    assert "三县<del>" not in client.get(path).content.decode()
    assert reprinting.compare_titles(cast.article(origin="reprint")) == [], "nobody has written the original's"


def test_the_kept_page_is_sent_as_a_file_and_never_as_a_page(client, cast, site):
    site["page"] = page(extra="<script>alert(1)</script>")
    article = reprinting.take_reprint(ADDRESS, cast.news, by=cast.writer).article
    kept = ReprintOriginal.objects.get()
    client.force_login(cast.editor)
    response = client.get(reverse("admin:articles_article_original_file", args=[article.pk, kept.pk]))
    assert (response.content, response["Content-Type"]) == (site["page"], "application/octet-stream")
    assert response["Content-Disposition"].startswith("attachment")
    shown = client.get(reverse("admin:articles_article_original", args=[article.pk]))
    assert b"alert(1)" not in shown.content
    other = cast.article()
    path = reverse("admin:articles_article_original_file", args=[other.pk, kept.pk])
    assert client.get(path).status_code == 404


def test_the_page_of_originals_costs_the_same_whatever_is_kept(client, cast):
    article = cast.article(by=cast.writer, origin="reprint")
    client.force_login(cast.writer)
    path = reverse("admin:articles_article_original", args=[article.pk])
    counts = []
    for number in range(3):
        reprinting.keep_original_text(article, by=cast.writer, text=f"原文{number}")
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counts.append(len(queries))
    assert len(set(counts)) == 1
    assert not any('"packed"' in query["sql"] for query in queries)
