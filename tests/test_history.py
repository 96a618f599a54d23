"""Editions as readers see them: history, corrections, old printouts, feeds; and gone from all at once."""

import json
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone

from articles import appearance, publishing, qr_short_links, review, scheduling
from articles.baking import sitemap_files
from articles.models import LogLeaf, ShortLink, SiteSettings

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def _one_file_of_names(monkeypatch):
    """Whatever keys the tests before have left: on PostgreSQL they go on."""
    monkeypatch.setattr(sitemap_files, "KEYS_PER_FILE", 10**9)


def this_month():
    return f"{timezone.localdate():%Y-%m}"


@pytest.fixture
def corrected(cast):
    """Published, then corrected: three people said, five people meant."""
    article = cast.article(title="大桥通车", body="<p>三人受轻伤。</p><p>交通已恢复。</p>", summary="大桥今日通车。")
    cast.publish(article)
    cast.correct(article, note="首段“三人”应为“五人”。", body="<p>五人受轻伤。</p><p>交通已恢复。</p>")
    article.refresh_from_db()
    return article


def test_history_lists_editions_and_shows_what_a_correction_changed(client, cast, corrected):
    html = client.get(f"/a/{corrected.number}/history/").content.decode()
    assert html.index('id="e2"') < html.index('id="e1"')
    assert "<del>三</del><ins>五</ins>" in html
    assert "首段“三人”应为“五人”。" in html
    assert "交通已恢复" not in html, "what did not change is not repeated"
    assert f'href="/a/{corrected.number}/history/"' in client.get(f"/a/{corrected.number}/").content.decode()


def test_a_section_may_keep_the_changes_to_itself(client, cast, corrected):
    cast.news.shows_changes = False
    cast.news.save()
    html = client.get(f"/a/{corrected.number}/history/").content.decode()
    assert "<del>" not in html
    assert "首段“三人”应为“五人”。" in html


def test_reasons_of_urgent_and_migrated_editions_stay_inside(client, cast):
    article = cast.article(title="洪峰将至")
    review.submit_article(article, by=cast.admin)
    publishing.publish_urgent(article, by=cast.chief, reason="内部电话通知")
    old = cast.article(title="旧稿")
    publishing.publish_archived(old, by=cast.chief, at=timezone.now() - timedelta(days=9), origin="内部旧站")
    for path in (
        f"/a/{article.number}/",
        f"/a/{article.number}/history/",
        f"/a/{old.number}/history/",
        "/feeds/all.atom",
    ):
        html = client.get(path).content.decode()
        assert "内部" not in html, path


@pytest.mark.parametrize("place", ["top", "foot"])
def test_the_correction_stands_where_the_site_says_and_in_the_linked_data(client, corrected, place):
    SiteSettings.objects.create(pk=1, name="站", corrections_at=place)
    html = client.get(f"/a/{corrected.number}/").content.decode()
    note, text = html.index('class="corrections"'), html.index('<section class="text">')
    assert (note < text) == (place == "top")
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)[1])
    assert data["correction"][0]["text"] == "首段“三人”应为“五人”。"
    assert data["version"] == 2


def test_an_old_printout_is_told_and_a_new_one_is_not(client, cast, corrected):
    n = corrected.number
    landing = client.get(f"/q/P{n}-1")
    assert (landing.status_code, landing["Location"]) == (302, f"http://127.0.0.1:8000/a/{n}/since/1/")
    page = client.get(f"/a/{n}/since/1/")
    html = page.content.decode()
    assert html.index(f'href="/a/{n}/history/#e2"') < html.index("<h1")
    assert "五人受轻伤" in html
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/a/{n}/">' in html
    assert "noindex" in html
    number = LogLeaf.objects.filter(edition__article=corrected).earliest("index").index
    assert f'<a href="/log/check/#{n}" rel="nofollow">您手中的第 1 版已存证，第 {number} 号</a>' in " ".join(
        html.split()
    )
    assert client.get(f"/q/P{n}-2")["Location"] == f"http://127.0.0.1:8000/a/{n}/"
    assert client.get(f"/a/{n}/since/2/")["Location"] == f"/a/{n}/"
    assert client.get(f"/a/{n}/since/3/").status_code == 404
    qr_short_links.counted_scans.flush()
    assert ShortLink.objects.get(code=f"P{n}-1").scans == 1


def test_the_feed_tells_everyone_credited_and_the_correction(client, cast, corrected):
    for path in ("/feeds/all.atom", "/feeds/news.atom"):
        response = client.get(path, headers={"host": "localhost"})
        entry = ElementTree.fromstring(response.content).find(f"{ATOM}entry")
        assert re.fullmatch(rf"tag:127\.0\.0\.1,\d{{4}}:a/{corrected.number}", entry.find(f"{ATOM}id").text)
        assert "五人" in entry.find(f"{ATOM}summary").text
        assert "林晓舟" in entry.find(f"{ATOM}author/{ATOM}name").text
        assert "梁静姝" in entry.find(f"{ATOM}contributor/{ATOM}name").text
        assert entry.find(f"{ATOM}updated").text > entry.find(f"{ATOM}published").text
    assert client.get("/feeds/none.atom").status_code == 404


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/a/{n}/history/", 6),
        ("/a/{n}/since/1/", 8),
        ("/a/{n}/", 7),
        ("/feeds/all.atom", 3),
        ("/sitemap.xml", 8),
        ("/sitemap-{month}.xml", 1),
    ],
)
def test_these_pages_ask_little(client, corrected, path, queries, django_assert_max_num_queries):
    with django_assert_max_num_queries(queries):
        assert client.get(path.format(n=corrected.number, month=this_month())).status_code == 200


LISTS = ["/", "/s/news/", "/s/news/1/", "/feeds/all.atom", "/feeds/news.atom", "/sitemap-{month}.xml"]
PAGES = ["/a/{n}/", "/a/{n}/history/", "/a/{n}/since/1/", "/q/W{n}", "/q/M{n}", "/q/P{n}-1", "/q/P{n}-2"]


def test_withdrawing_takes_it_from_every_place_and_putting_back_restores_all(client, cast, corrected):
    n = corrected.number
    publishing.withdraw_article(corrected, by=cast.editor, reason="内部原因")
    for path in PAGES:
        response = client.get(path.format(n=n))
        assert response.status_code == 410, path
        assert not re.search("大桥|受轻伤|内部", response.content.decode()), path
    lists = [path.format(month=this_month()) for path in LISTS]
    for path in lists:
        assert not re.search(f"大桥|/a/{n}/", client.get(path).content.decode()), path
    publishing.put_back_article(corrected, by=cast.editor, reason="核实无误")
    for path in PAGES:
        assert client.get(path.format(n=n)).status_code in (200, 302), path
    for path in lists:
        assert re.search(f"大桥|/a/{n}/", client.get(path).content.decode()), path


def everywhere(article):
    """Every public address there is, from the address table, with this article's number filled in."""
    from articles.public.urls import urlpatterns  # noqa: PLC0415

    fill = {
        "digest": appearance.style_digest(""),
        "named": "auto-normal",
        "number": article.number,
        "edition": 1,
        "slug": "news",
        "page": 1,
        "form": "svg",
        "key": article.credits.first().person_id,
        "month": this_month(),
        "day": timezone.localdate().isoformat(),
        "part": 2,
        "names": "people",
        "name": "pictures/" + "0" * 32 + ".jpg",
        "token": "1-0:x",
    }
    for pattern in urlpatterns:
        keys = pattern.pattern.converters or pattern.pattern.regex.groupindex
        for code in ("W", "M", "P") if "code" in keys else ("",):
            code = f"{code}{article.number}" + ("-1" if code == "P" else "")
            if pattern.name:
                yield reverse(pattern.name, kwargs={key: {**fill, "code": code}[key] for key in keys})


@pytest.mark.parametrize("state", ["draft", "waiting", "ready", "embargoed", "scheduled"])
def test_what_is_not_public_yet_leaks_through_no_address(client, cast, state):
    later = timezone.now() + timedelta(days=2)
    cast.publish(cast.article(title="另一篇"))
    secret = cast.article(
        title="机密题目",
        body="<p>机密正文</p>",
        summary="机密导语",
        embargo_until=later if state == "embargoed" else None,
    )
    if state == "waiting":
        cast.sign(secret, times=1)
    elif state != "draft":
        cast.sign(secret)
    if state == "scheduled":
        scheduling.schedule_article(secret, by=cast.editor, at=later)
    addresses = set(everywhere(secret))
    assert len(addresses) >= 14
    for path in addresses:
        assert "机密" not in client.get(path).content.decode(errors="replace"), path
    assert "机密正文" in client.get(cast.preview(secret)).content.decode()
