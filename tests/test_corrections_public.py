"""What readers are told about a correction, and what they are not: reasons, dates of the desk, text that was
withdrawn.
"""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import pictures, publishing
from articles.models import SiteSettings
from articles.public.pages import history
from tests.cast import png, upload

pytestmark = pytest.mark.django_db


def update(cast, article, **facts):
    cast.change(article, **facts)
    edition = cast.publish(article)
    article.refresh_from_db()
    return edition


def live(cast, **facts):
    article = cast.article(**facts)
    cast.publish(article)
    article.refresh_from_db()
    return article


def history_of(client, article):
    """The list on the history page, its markup without the white space between."""
    html = client.get(f"/a/{article.number}/history/").content.decode()
    return re.sub(r"\s+", " ", re.search(r"<ol reversed>(.*?)</ol>", html, re.DOTALL)[1])


def test_all_corrections_stand_on_the_page_newest_first(client, cast):
    article = live(cast, body="<p>三人到场。</p>")
    cast.correct(article, "“三人”应为“四人”。", body="<p>四人到场。</p>")
    cast.correct(article, "“四人”应为“五人”。", body="<p>五人到场。</p>")
    update(cast, article, body="<p>五人到场，已离开。</p>")
    html = client.get(f"/a/{article.number}/").content.decode()
    assert html.index("“四人”应为“五人”。") < html.index("“三人”应为“四人”。")
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])
    assert [c["text"] for c in data["correction"]] == ["“四人”应为“五人”。", "“三人”应为“四人”。"]
    assert {c["@type"] for c in data["correction"]} == {"CorrectionComment"}
    assert data["correction"][0]["datePublished"].endswith("+08:00")
    assert data["version"] == 4


def test_without_corrections_nothing_is_said(client, cast):
    article = live(cast)
    SiteSettings.objects.create(pk=1, name="站")
    html = client.get(f"/a/{article.number}/").content.decode()
    assert 'class="corrections"' not in html
    assert "CorrectionComment" not in html
    assert "/history/" not in html
    update(cast, article, body="<p>续写。</p>")
    html = client.get(f"/a/{article.number}/").content.decode()
    assert 'class="corrections"' not in html
    assert f'href="/a/{article.number}/history/"' in html


def test_a_note_is_text_and_breaks_nothing(client, cast):
    article = live(cast)
    cast.correct(article, "</script><b>甲</b>\x0b\u202e“乙”", body="<p>改。</p>")
    for path in ("/a/{n}/", "/a/{n}/history/", "/feeds/all.atom"):
        response = client.get(path.format(n=article.number))
        assert response.status_code == 200
        html = response.content.decode()
        assert "<b>甲" not in html
        assert "\x0b" not in html
        assert "\u202e" not in html


def test_dates_and_marks_of_the_desk_are_no_change_for_readers(client, cast):
    article = live(cast, body="<p>甲到场。</p>")
    later = timezone.now() + timedelta(days=3)
    dates = {"embargo_until": later - timedelta(days=9), "origin": "department"}
    update(cast, article, **dates)
    assert "<ins>" not in history_of(client, article)
    assert client.get(f"/q/P{article.number}-1")["Location"] == article.public_url
    assert client.get(f"/a/{article.number}/since/1/").status_code == 302
    update(cast, article, body="<p>乙到场。</p>", embargo_until=None, origin="own")
    shown = history_of(client, article)
    assert re.findall("<h3>(.*?)</h3>", shown) == ["正文"]
    assert "<del>甲</del><ins>乙</ins>" in shown
    assert client.get(f"/q/P{article.number}-1")["Location"].endswith(f"/a/{article.number}/since/1/")


def test_pictures_have_a_number_and_no_hash(client, cast):
    first = pictures.store_picture(upload(png(colour=(1, 2, 3))), by=cast.writer, alt="桥")
    second = pictures.store_picture(upload(png(colour=(4, 5, 6))), by=cast.writer, alt="桥")
    article = live(cast, body=f'<figure><img src="{first.url}" alt="桥"></figure><p>文</p>')
    update(cast, article, body=f'<figure><img src="{second.url}" alt="桥"></figure><p>文</p>')
    shown = history_of(client, article)
    assert first.sha256[:6] not in shown
    assert second.sha256[:6] not in shown
    assert re.search(r"<del>1</del><ins>2</ins>", shown)


def test_what_was_withdrawn_does_not_come_back_as_a_comparison(client, cast):
    article = live(cast, body="<p>王小明被烫伤。</p>")
    publishing.withdraw_article(article, by=cast.editor, reason="涉及未成年人")
    update(cast, article, body="<p>一名学生受伤。</p>")
    html = client.get(f"/a/{article.number}/history/").content.decode()
    assert "小明" not in html
    assert "未成年" not in html
    assert history._("The text before was withdrawn, so it is not shown here again.") in html
    assert "小明" not in client.get(f"/a/{article.number}/since/1/").content.decode()
    update(cast, article, body="<p>两名学生受伤。</p>")
    assert "<ins>" in history_of(client, article), "later changes are shown"


def test_what_was_withdrawn_and_put_back_is_compared(client, cast):
    article = live(cast, body="<p>三人到场。</p>")
    publishing.withdraw_article(article, by=cast.editor, reason="核实")
    publishing.put_back_article(article, by=cast.editor, reason="无误")
    update(cast, article, body="<p>五人到场。</p>")
    assert "<del>三</del>" in history_of(client, article)


def test_unchanged_text_around_a_change_is_shortened(client, cast):
    before, after = "前" * 90, "后" * 90
    article = live(cast, body=f"<p>{before}三人{after}</p><p>第二段没有变。</p>")
    update(cast, article, body=f"<p>{before}五人{after}</p><p>第二段没有变。</p>")
    shown = history_of(client, article)
    assert f"<p>…{'前' * history.AROUND}<del>三</del><ins>五</ins>人{'后' * (history.AROUND - 1)}…</p>" in shown
    assert "第二段" not in shown


def test_a_text_written_anew_does_not_fill_the_page(client, cast):
    article = live(cast, body="".join(f"<p>第{i}段甲甲甲。</p>" for i in range(60)))
    update(cast, article, body="".join(f"<p>第{i}段乙乙乙。</p>" for i in range(60)))
    assert history_of(client, article).count("<del>") == history.SHOWN_LINES


def test_the_page_compares_so_much_and_no_more(client, cast, monkeypatch):
    article = live(cast, body="<p>一一一一一一。</p>")
    update(cast, article, body="<p>二二二二二二。</p>")
    update(cast, article, body="<p>三三三三三三。</p>")
    monkeypatch.setattr(history, "MOST_COMPARED", 40)
    shown = history_of(client, article)
    assert "<ins>三三三三三三" in shown
    assert "<ins>二二二二二二" not in shown


def test_only_the_newest_editions_are_listed_and_it_says_so(client, cast, monkeypatch):
    article = live(cast)
    for text in "甲乙丙丁":
        update(cast, article, body=f"<p>{text}。</p>")
    monkeypatch.setattr(history, "SHOWN_EDITIONS", 2)
    html = client.get(f"/a/{article.number}/history/").content.decode()
    assert re.findall(r'<li id="e(\d)"', html) == ["5", "4"]
    assert "<del>乙</del><ins>丙</ins>" in html, "the last one listed is compared with the one before it"
    assert re.search("3", re.search(r'<p class="left-out">(.*?)</p>', html)[1])


@pytest.mark.parametrize(
    ("path", "queries"), [("/a/{n}/history/", 6), ("/a/{n}/since/1/", 7), ("/a/{n}/", 6), ("/feeds/all.atom", 2)]
)
def test_more_editions_cost_no_more_queries(client, cast, path, queries, django_assert_num_queries):
    article = live(cast)
    cast.correct(article, body="<p>第1稿。</p>")
    for number in range(2, 6):
        with django_assert_num_queries(queries):
            client.get(path.format(n=article.number))
        cast.correct(article, body=f"<p>第{number}稿。</p>")


@pytest.mark.parametrize("path", ["/a/{n}/history/", "/a/{n}/since/1/"])
def test_the_pages_of_editions_are_the_same_for_everybody(client, cast, path):
    article = live(cast)
    cast.correct(article, body="<p>改。</p>")
    response = client.get(path.format(n=article.number))
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "default-src 'none'" in response["Content-Security-Policy"]
    html = response.content.decode()
    assert '<meta name="robots" content="noindex' in html
    assert not re.search(r'\sstyle="|\son[a-z]+="', html)
    assert client.post(path.format(n=article.number)).status_code == 405
    client.login(username="boss", password="secret-of-boss")
    assert client.get(path.format(n=article.number)).content == response.content


@pytest.mark.parametrize("path", ["/a/{n}/history/", "/a/{n}/since/1/"])
def test_editions_of_what_never_was_public_are_not_found(client, cast, path):
    assert client.get(path.format(n=cast.article().number)).status_code == 404
    assert client.get(path.format(n=10**30)).status_code == 404
    assert client.get(f"/a/{live(cast).number}/since/{10**30}/").status_code == 404
