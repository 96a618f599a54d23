"""The desk has no barrier that axe knows, by day and by night, and nothing of it moves sideways on a phone or at 200 %."""

import pytest

from articles.models import Article, Person
from tests.browser import chromium

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = (
    "/admin/",
    "/admin/articles/article/{n}/change/",
    "/admin/articles/person/",
    "/admin/articles/person/{p}/merge/",
    "/admin/articles/person/doubles/",
    "/admin/articles/sitesettings/add/",
    "/admin/page-tags/",
    "/admin/articles/article/",
    "/admin/articles/article/add/",
    "/admin/articles/article/{n}/review/",
    "/admin/articles/article/{n}/placing/",
    "/admin/articles/article/{n}/revisions/",
    "/admin/queue/",
    "/admin/change-sets/replace/?words=便民桥&replacement=桥&texts=body",
    "/admin/front/",
    "/admin/sheets/",
    "/admin/auth/user/",
    "/admin/articles/assignment/add/",
    "/admin/articles/picture/",
    "/admin/help/审稿/",
)
# A phone, and half of a usual window: what 200 % zoom leaves.
WIDTHS = (390, 640)


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def desk(live_server, settings, browser, cast, client):
    """A page of the browser in which somebody is logged in who may do everything, and the paths of PAGES."""
    settings.SITE_URL = live_server.url
    cast.publish(cast.article(summary="今日通车。", keywords="大桥"))
    other = Person.objects.create(name="林晓舟", unit="望桥乡", alike="林晓舟")
    Person.objects.filter(pk=cast.lin.pk).update(alike="林晓舟")
    client.force_login(cast.admin)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    facts = {"n": Article.objects.get().pk, "p": other.pk}
    yield context.new_page(), [live_server.url + path.format(**facts) for path in PAGES]
    context.close()


def barriers(page):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 (the tests run without it where it is absent)

    found = Axe().run(page).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


def sideways(page):
    """The widths at which the page is wider than its window."""
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(width)
    page.set_viewport_size({"width": 1280, "height": 900})
    return wide


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_desk_has_a_barrier(desk, scheme):
    page, paths = desk
    page.emulate_media(color_scheme=scheme)
    wrong = {}
    for path in paths:
        page.goto(path)
        if page.locator("#id_body").count():
            page.wait_for_selector(".cke_inner")
        if found := [*barriers(page), *sideways(page)]:
            wrong[path] = found
    assert wrong == {}, "\n".join(f"{path} {found}" for path, found in wrong.items())
