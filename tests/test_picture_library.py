"""Pictures of the library: its screen, the grid to choose from, where one is used, the words it learns from articles."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import pictures
from articles.models import AuditEntry, Block, Picture, SiteSettings, Slot, Topic
from tests.cast import make_user, png, upload

pytestmark = pytest.mark.django_db
LIBRARY = "/admin/articles/picture/"
CHOOSE = f"{LIBRARY}choose/"


def stored(cast, colour, **words):
    picture = pictures.store_picture(upload(png(60, 40, (colour, 0, 0)), "照片.png"), by=cast.writer)
    Picture.objects.filter(pk=picture.pk).update(**{"name": f"图{colour}", **words})
    picture.refresh_from_db()
    return picture


@pytest.fixture
def library(cast):
    return [stored(cast, 1, alt="大桥"), stored(cast, 2, credit="林晓舟"), stored(cast, 3, caption="渡船")]


def names(client, page=CHOOSE, **facts):
    response = client.get(page, facts)
    assert response.status_code == 200
    return [picture["facts"]["name"] for picture in response.context["pictures"]]


@pytest.mark.parametrize("page", [CHOOSE, LIBRARY])
def test_the_grid_is_narrowed_by_words_photographer_day_owner_and_use(client, cast, library, page):
    bridge, _lin, ferry = library
    cast.article(body=f'<p><img src="{bridge.url}" alt="桥"></p>')
    Picture.objects.filter(pk=ferry.pk).update(uploaded_at=timezone.now() - timedelta(days=40))
    client.force_login(cast.writer)
    assert names(client, page) == ["图3", "图2", "图1"]
    assert names(client, page, q="大桥") == ["图1"]
    assert names(client, page, q="渡船") == ["图3"]
    assert names(client, page, credit="晓舟") == ["图2"]
    assert names(client, page, unused="on") == ["图3", "图2"]
    today = timezone.localdate()
    assert names(client, page, during=f"{today}") == ["图2", "图1"]
    assert names(client, page, during=f"{today - timedelta(days=40):%Y-%m}") == ["图3"]
    for nonsense in ("昨天", "2026-19", "2026-02-31"):
        assert len(names(client, page, during=nonsense)) == 3
    client.force_login(cast.editor)
    assert names(client, page, mine="on") == []


def show_beside_an_article(cast, picture):
    block = Block.objects.create(kind=Block.Kind.LIST, title="版块")
    Slot.objects.create(block=block, article=cast.article(), picture=picture)


@pytest.mark.parametrize(
    "use",
    [
        lambda _cast, picture: SiteSettings.objects.create(pk=1, logo=picture),
        lambda _cast, picture: Topic.objects.create(title="大桥", slug="bridge", banner=picture),
        show_beside_an_article,
    ],
)
def test_the_logo_banners_and_pictures_of_the_home_page_are_used(client, cast, library, use):
    use(cast, library[1])
    client.force_login(cast.writer)
    assert names(client, unused="on") == ["图3", "图1"]


def test_pages_of_the_grid_follow_and_take_few_queries(
    client, cast, library, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("articles.admin.picture_library.SHOWN", 2)
    client.force_login(cast.writer)
    with django_assert_max_num_queries(5):
        response = client.get(CHOOSE)
    assert response.context["following"] == library[1].pk
    assert names(client, before=response.context["following"]) == ["图1"]


def test_the_screen_links_each_picture_by_its_description_and_to_where_it_is_used(client, cast, library):
    client.force_login(cast.writer)
    response = client.get(LIBRARY)
    html = response.content.decode()
    for picture in library:
        page = reverse("admin:articles_picture_change", args=[picture.pk])
        link = re.search(
            rf'<a class="library-picture" href="{page}">\s*<img [^>]*alt="([^"]*)"[^>]*>\s*<span>(\S+)</span>', html
        )
        assert link.groups() == (picture.alt, picture.name)
        assert f'<a href="{page}#uses"' in html
    assert all(f'<label for="id_{name}">' in html for name in ("q", "credit", "during"))
    assert 'href="?mine=on"' in html
    assert response.context["count"] == 3
    narrowed = client.get(LIBRARY, {"mine": "on", "q": "大桥"}).content.decode()
    assert 'name="mine" value="on"' in narrowed
    assert re.search(r'href="\?q=[^"&]+" aria-current="true"', narrowed)
    for no in ("false", "0"):
        assert 'name="mine" value="on"' not in client.get(LIBRARY, {"mine": no}).content.decode()
    assert '<a href="?" aria-current="true">' in client.get(LIBRARY, {"mine": "1"}).content.decode()
    assert "data-upload" in html


def test_who_may_not_upload_looks_and_is_offered_no_upload(client, cast, library):
    client.force_login(make_user("reader", ["first"]))
    html = client.get(LIBRARY).content.decode()
    assert "library-picture" in html
    assert "data-upload" not in html
    assert "picture/add" not in html
    client.force_login(make_user("nobody", []))
    assert client.get(LIBRARY).status_code == 403


def test_the_screen_takes_the_same_queries_for_5_pictures_and_50_of_3000(client, cast, monkeypatch):
    made = [
        Picture(
            file=f"pictures/{n:032x}s.jpg",
            sha256=f"{n:064x}",
            width=1600,
            height=900,
            name=f"图{n}",
            uploaded_by=cast.writer,
        )
        for n in range(3_000)
    ]
    Picture.objects.bulk_create(made)
    client.force_login(cast.writer)
    client.get(LIBRARY)
    taken = []
    for shown in (5, 50):
        monkeypatch.setattr("articles.admin.picture_library.SHOWN_ON_SCREEN", shown)
        with CaptureQueriesContext(connection) as queries:
            response = client.get(LIBRARY)
        assert len(response.context["pictures"]) == shown
        assert response.context["count"] == 3_000
        taken.append(len(queries))
    assert taken[0] == taken[1]
    monkeypatch.setattr("articles.admin.picture_library.MOST_COUNTED", 100)
    response = client.get(LIBRARY, {"before": response.context["following"]})
    assert (response.context["count"], response.context["is_more"]) == (100, True)
    assert response.context["pictures"][0]["facts"]["name"] == "图2949"


@pytest.mark.parametrize("during", ["9999-12-31", "9999-12", "0001-01-01", "0001-01", "1999-02-30", "19", "x" * 5000])
def test_days_at_the_ends_of_the_calendar_narrow_nothing_and_are_no_error(client, cast, library, during):
    client.force_login(cast.writer)
    assert len(names(client, during=during)) == len(names(client))


def test_who_neither_writes_nor_arranges_sees_no_library(client, cast, library):
    client.force_login(make_user("reader", ["first"]))
    assert client.get(CHOOSE).status_code == 403


def test_where_a_picture_is_used_is_on_its_page_for_those_who_may_read_it(client, cast, library):
    cast.article(title="用了大桥", body=f'<p><img src="{library[0].url}" alt="桥"></p>', credits=[])
    page = reverse("admin:articles_picture_change", args=[library[0].pk])
    client.force_login(cast.editor)
    assert "用了大桥" in client.get(page).content.decode()
    client.force_login(make_user("outside", ["write"]))
    assert "用了大桥" not in client.get(page).content.decode()


def test_fields_of_pictures_and_the_editor_know_the_library(client, cast):
    client.force_login(cast.writer)
    html = client.get(reverse("admin:articles_article_add")).content.decode()
    assert f'data-library="{CHOOSE}"' in html
    assert "desk/picture_library.js" in html


def figure(picture, alt="", caption=""):
    return f'<figure><img src="{picture.url}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'


def test_an_article_teaches_the_library_what_it_does_not_know(cast, library):
    bridge, lin, _ferry = library
    cast.article(
        by=cast.writer,
        body=figure(bridge, "别的说明", "引桥合龙　韦桥生 摄") + figure(lin, "渡口 &amp; 船", "渡口清晨　别人 摄"),
    )
    bridge.refresh_from_db()
    lin.refresh_from_db()
    assert (bridge.alt, bridge.caption, bridge.credit) == ("大桥", "引桥合龙", "韦桥生")
    assert (lin.alt, lin.caption, lin.credit) == ("渡口 & 船", "渡口清晨", "林晓舟")
    entry = AuditEntry.objects.filter(action="picture.changed", object_id=str(bridge.pk)).get()
    assert entry.details["new"] == ["引桥合龙", "韦桥生"]


def test_the_same_words_again_change_nothing(cast, library):
    article = cast.article(by=cast.writer, body=figure(library[0], "桥", "引桥合龙"))
    before = AuditEntry.objects.count()
    assert cast.change(article, by=cast.writer).number == 1
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("引桥合龙　林晓舟 摄", ("引桥合龙", "林晓舟")),
        ("林晓舟 摄", ("", "林晓舟")),
        ("引桥合龙", ("引桥合龙", "")),
        ("他在拍摄", ("他在拍摄", "")),
        ("", ("", "")),
    ],
)
def test_captions_are_split_as_the_editor_splits_them(text, parts):
    assert pictures.split_caption(text) == parts
