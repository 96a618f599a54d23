"""The desk on a phone, 390 pixels wide: an article's acts, its title and the list's first title are within reach."""

import pytest

from articles import review
from articles.models import Person
from tests.browser import chromium
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "县城北区雨污分流改造工程十二月全面完工沿线八十六个小区居民出行恢复正常"
WHOLE = "(field) => field.scrollWidth <= field.clientWidth && field.scrollHeight <= field.clientHeight + 1"

# How many pixels a list of choices has beside the words of the chosen one and its arrow.
ROOM_FOR_CHOICE = """(select) => {
  const { font, paddingLeft } = getComputedStyle(select);
  const drawn = Object.assign(document.createElement("canvas").getContext("2d"), { font });
  return select.clientWidth - parseFloat(paddingLeft) - drawn.measureText(select.selectedOptions[0].text).width - 16;
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def phone(browser, client, live_server):
    """A function that opens an address of the desk for this user."""

    def opened(user, address):
        client.force_login(user)
        context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=live_server.url)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(address)
        return page

    return opened


def wait_until_in_window(page, selector):
    page.locator(selector).first.wait_for()
    inside = (
        "(e) => { const r = e.getBoundingClientRect(); return r.x >= 0 && r.right <= 390 && r.y >= 0 && r.y < 844 }"
    )
    page.wait_for_function(inside, arg=page.locator(selector).first.element_handle())


def test_the_acts_of_a_long_article_and_what_is_below_it_are_one_tap_away(phone):
    cast = Cast()
    article = cast.article(title=LONG, body="<p>今日完工。</p>" * 120)
    cast.publish(article)
    page = phone(cast.editor, f"/admin/articles/article/{article.pk}/change/")
    page.wait_for_selector(".cke_inner")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.click(".bar-more > summary")
    wait_until_in_window(page, ".bar-more a[href='../withdraw/']")
    page.keyboard.press("Escape")
    page.wait_for_selector(".bar-more a", state="hidden")
    page.click(".bar-more > summary")
    page.click(".bar-more a[href='#tab-way']")
    page.wait_for_selector(".bar-more a", state="hidden")
    wait_until_in_window(page, "#tab-way .trail li")
    page.click(".bar-more > summary")
    page.click(".bar-more a[href='../withdraw/']")
    page.wait_for_selector("form.act")
    page.set_viewport_size({"width": 1280, "height": 844})
    page.goto(f"/admin/articles/article/{article.pk}/change/")
    assert not page.is_visible(".bar-more > summary")
    assert page.is_visible(".other-acts a[href='../withdraw/']")


def test_why_a_text_came_back_and_what_a_change_voids_are_above_the_text(phone):
    cast = Cast()
    returned = cast.article(body="<p>今日完工。</p>" * 120)
    cast.sign(returned, times=1)
    review.send_back(returned, by=cast.head, reason="请核对船工姓名")
    signed = cast.article(body="<p>今日完工。</p>" * 120)
    cast.sign(signed, times=1)
    for article, told in ((returned, ".returned"), (signed, "#id_voiding")):
        page = phone(cast.writer, f"/admin/articles/article/{article.pk}/change/")
        page.wait_for_selector(".cke_inner")
        wait_until_in_window(page, told)
        wait_until_in_window(page, "#id_title")
        assert page.locator(told).bounding_box()["y"] < page.locator("#id_title").bounding_box()["y"]
        page.set_viewport_size({"width": 1280, "height": 844})
        assert page.locator(told).bounding_box()["x"] > page.locator(".cke_inner").bounding_box()["x"] + 600


def test_the_text_to_be_read_is_seen_whole_even_if_the_script_comes_after_it(phone):
    cast = Cast()
    article = cast.article(body="<p>今日完工。</p>" * 120)
    review.submit_article(article, by=cast.writer)
    page, held = phone(cast.editor, "/admin/"), []
    page.route("**/desk/review*.js", lambda route: held.append(route))
    page.goto(f"/admin/articles/article/{article.pk}/review/", wait_until="commit")
    page.wait_for_selector("iframe.reading").content_frame().wait_for_load_state()
    held[0].continue_()
    page.wait_for_function("() => document.querySelector('iframe.reading').offsetHeight > 1500")


def test_a_long_title_is_seen_whole_and_stays_one_line_of_text(phone):
    cast = Cast()
    page = phone(cast.writer, "/admin/articles/article/add/")
    page.wait_for_selector(".cke_inner")
    field = page.locator("#id_title")
    field.click()
    low = field.bounding_box()["height"]
    page.keyboard.insert_text(LONG + "\n今晨通车")
    assert field.input_value() == LONG + " 今晨通车"
    assert field.evaluate(WHOLE)
    assert field.bounding_box()["height"] > 1.5 * low
    page.keyboard.press("Enter")
    assert field.input_value() == LONG + " 今晨通车"
    page.wait_for_function("() => document.activeElement.matches('.cke_editable')")


def test_a_name_and_its_unit_are_read_whole_in_a_row_of_credits(phone):
    cast = Cast()
    person = Person.objects.create(name="欧阳青禾", unit="霁川县教育体育局办公室")
    article = cast.article(by=cast.writer, credits=[("responsible_editor", person)])
    page = phone(cast.writer, f"/admin/articles/article/{article.pk}/change/")
    name = page.locator("#credits-0 .select2-selection__rendered")
    role = page.locator("#id_credits-0-role")
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        assert name.evaluate(WHOLE)
        assert role.evaluate(ROOM_FOR_CHOICE) >= 0


def test_the_first_title_of_the_list_is_on_the_first_screen_and_filters_open_on_demand(phone):
    cast = Cast()
    cast.article()
    page = phone(cast.writer, "/admin/articles/article/")
    assert page.locator("#result_list th a").first.bounding_box()["y"] < 300
    assert not page.is_visible(".chips a >> nth=1")
    page.click(".list-search .list-menu > summary")
    for part in (".list-fields select", ".chips a >> nth=1", ".by-word"):
        assert page.is_visible(part), part
    page.click(".chips a[href='?state=draft']")
    page.wait_for_url("**/?state=draft")
    assert page.locator(".chips a:visible").count() == 1, "what narrows the list stays in sight"
    assert not page.is_visible(".list-tools a[href$='/bin/']")
    page.click(".list-tools .list-menu > summary")
    assert page.is_visible(".list-tools a[href$='/bin/']")
    page.set_viewport_size({"width": 1280, "height": 844})
    assert page.is_visible(".list-fields select")
    assert not page.is_visible(".list-menu > summary >> nth=0")
