"""An article's pictures in a real browser: looked at one by one, and put on a poster with the code to share."""

import base64
import io

import pytest
import zxingcpp
from PIL import Image

from articles import pictures
from articles.models import SiteSettings
from tests.browser import chromium, find_barriers, forbidden_events
from tests.cast import Cast, png, upload
from tests.picture_files import encoded

pytestmark = pytest.mark.django_db(transaction=True)
LEAD = ("霁" * 22 + "。") * 6  # as many as fit in a line, and a full stop


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def story(live_server, settings):
    """(the article, its address); two pictures in the text, the second one with a caption."""
    settings.SITE_URL = live_server.url
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    cast = Cast()
    noise = Image.effect_noise((900, 600), 90)  # no photo is larger
    one, two = (
        pictures.store_picture(upload(d), by=cast.writer, alt="桥") for d in (encoded(noise, "PNG"), png(1200, 600))
    )
    body = (
        f'<p>大桥今日通车。</p><figure><img src="{one.url}" alt="大桥"></figure><p>北岸。</p>'
        f'<figure><img src="{two.url}" alt="北岸"><figcaption>图为北岸渡口。</figcaption></figure>'
    )
    article = cast.article(title="霁川大桥通车 北岸六千人不再绕行", summary=LEAD, body=body, cover=one)
    cast.publish(article)
    return article, f"{live_server.url}/a/{article.number}/"


@pytest.fixture
def page(browser, live_server):
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN", reduced_motion="reduce")
    opened = context.new_page()
    wrong = forbidden_events(opened, live_server.url)
    yield opened
    assert wrong == []
    context.close()


def shows(page, place):
    page.wait_for_selector(f".viewer output:text-is('{place}')")


def test_a_picture_without_a_description_is_a_button_with_a_name(page, story):
    def without_description(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('alt="大桥"', 'alt=""'))

    page.route(story[1], without_description)
    page.goto(story[1])
    names = page.eval_on_selector_all(".text img[role=button]", "all => all.map((e) => e.ariaLabel || e.alt)")
    assert names == ["本文图片", "北岸"]


def test_pictures_are_looked_at_by_keys_alone(page, story):
    page.goto(story[1])
    page.focus(".text img >> nth=0")
    page.keyboard.press("Enter")
    shows(page, "1 / 2")
    assert [one for one in find_barriers(page) if one[1] in ("serious", "critical")] == []
    page.keyboard.press("ArrowRight")
    shows(page, "2 / 2")
    assert page.locator(".viewer figcaption").is_visible()
    assert page.is_disabled("[data-viewer=after]")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".viewer output") == "2 / 2"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.viewer", state="hidden")
    page.wait_for_selector(".text img[alt=北岸]:focus")  # where one is in the text, too


def test_pictures_are_looked_at_by_swipe_and_by_button(page, story):
    page.goto(story[1])
    page.click(".text img >> nth=1")
    shows(page, "2 / 2")
    page.evaluate(
        "document.querySelector('.viewer ol').scrollBy({left: -300, behavior: 'instant'})"
    )  # as a finger does
    shows(page, "1 / 2")
    page.click("[data-viewer=after]")
    shows(page, "2 / 2")
    page.click("[data-viewer=close]")
    page.wait_for_selector("dialog.viewer", state="hidden")


def test_a_long_picture_is_as_wide_as_the_screen_and_its_whole_length_is_in_reach(page, live_server, settings):
    settings.SITE_URL = live_server.url
    SiteSettings.objects.create(pk=1, name="霁川新闻网")
    cast = Cast()
    long = pictures.store_picture(upload(png(1080, 6000)), by=cast.writer, alt="一图读懂")
    article = cast.article(body=f'<p>今日施行。</p><figure><img src="{long.url}" alt="一图读懂"></figure>')
    cast.publish(article)
    page.goto(article.public_url)
    page.click(".text img")
    page.wait_for_selector(".viewer img")
    page.wait_for_function("() => document.querySelector('.viewer img').complete")
    box = page.locator(".viewer img").bounding_box()
    assert (round(box["width"]), round(box["height"])) == (390, 2167)
    top, inner, seen = page.eval_on_selector(
        ".viewer figure", "f => [f.querySelector('img').offsetTop - f.offsetTop, f.scrollHeight, f.clientHeight]"
    )
    assert top >= 0
    assert inner >= 2167 > seen


def test_without_scripts_pictures_stand_in_the_text_and_nothing_lies_over_it(browser, story):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(story[1])
    assert opened.locator(".text img").count() == 2
    assert not opened.locator("dialog.viewer").is_visible()
    assert opened.locator("[data-tool=poster]:visible").count() == 0
    context.close()


def test_the_poster_has_a_code_that_opens_the_article(page, story, settings):
    page.goto(story[1])
    page.click(".share summary")
    page.click("[data-tool=poster]")
    page.wait_for_selector(".poster img[src^='data:image/jpeg']")
    made = page.get_attribute(".poster img", "src")
    assert page.get_attribute(".poster a", "href") == made
    assert page.evaluate("document.activeElement.dataset.tool") == "poster"
    assert story[0].title in page.get_attribute(".poster img", "alt")
    poster = Image.open(io.BytesIO(base64.b64decode(made.partition(",")[2]))).convert("RGB")
    found = zxingcpp.read_barcodes(poster, formats=zxingcpp.BarcodeFormat.QRCode)
    assert [code.text for code in found] == [f"{settings.SITE_URL}/q/W{story[0].number}".upper()]
    assert poster.width == 750
    assert len(made) * 3 / 4 < 300_000
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_no_line_of_the_poster_begins_with_a_full_stop(page, story):
    page.add_init_script(
        "window.written = []; const fill = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (words, ...at)"
        " { written.push(words); fill.call(this, words, ...at); }"
    )
    page.goto(story[1])
    page.click(".share summary")
    page.click("[data-tool=poster]")
    page.wait_for_selector(".poster img[src^='data:image/jpeg']")
    written = page.evaluate("written")
    assert written[:3] == ["霁川新闻网", "霁川大桥通车", "北岸六千人不再绕行"]
    lead = [line for line in written[3:] if line and line[:4] in LEAD]
    assert len(lead) == 5
    assert "".join(lead)[:-1] == LEAD[: len("".join(lead)) - 1]
    assert lead[-1].endswith("…")
    assert not [line for line in written if line[0] in ",。"]
