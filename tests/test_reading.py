"""Reading in a real browser: no barriers, no sideways scroll, everything by keyboard, in every look."""

import io

import pytest
import zxingcpp
from PIL import Image

from articles import attachments, home_and_topics, pictures
from articles.home_and_topics import ArrangedBlock
from articles.models import Block, Keyword, SiteSettings, Slot, Topic
from tests.browser import OF_LOOK, chromium, find_barriers, forbidden_events, half_of, load_pictures
from tests.cast import Cast, png, upload
from tests.test_films import a_film

# For the database of the tests, which nothing writes to after `kept_site`.
pytestmark = pytest.mark.django_db
LOOKS = ["auto-normal", "elder-auto-normal", "dark-normal", "elder-dark-large", "elder-contrast-normal"]
# The looks differ in style sheets alone, but for the elders' head and order.
RULES = dict.fromkeys(LOOKS, OF_LOOK) | dict.fromkeys(LOOKS[:2])
PATHS = [
    "/",
    "/s/news/",
    "/a/{n}/",
    "/a/{n}/history/",
    "/search/?q=大桥",
    "/search/?q=无此词",
    "/p/{p}/",
    "/k/{k}/",
    "/archive/",
    "/archive/{m}/",
    "/t/bridge/",
    "/topics/",
    "/report/{n}/",
    "/copy/?of={n}",
    "/look/",
    "/none/",
]
# What is too small, as [what, width, height]. A link in a line of text is as high as the line, and in a list the whole
# row is the link.
TARGETS = """([what, least]) => [...document.querySelectorAll(what)]
    .filter((e) => e.offsetParent && !e.closest('.text p, .head .mark, .list, .unseen'))
    .map((e) => [e, e.closest('label') ?? e])
    .map(([e, area]) => [e.textContent.trim().slice(0, 20) || e.name, area.getBoundingClientRect()])
    .map(([name, box]) => [name, Math.round(box.width), Math.round(box.height)])
    .filter(([, width, height]) => width < least || height < least)"""
ALL_TARGETS = "a:not(.skip), button, summary, input, select, textarea"
CHIEF_TARGETS = ".masthead a, .masthead summary, .tools a, .tools button, .tools summary, .paging a, form button"
# Which parts of the head overlap or extend beyond the window; the name and the time as wide as their text is.
COLLISIONS = """() => {
  const box = (e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    const { left, right } = range.getBoundingClientRect();
    const { top, bottom } = e.getBoundingClientRect();
    return { left, right, top, bottom, width: right - left, height: bottom - top };
  };
  const shown = [...document.querySelectorAll(
      '.name a, .looks a, .menu summary, .sections, .slogan, .dateline, .paper figure, .paper p, .story h1, .story .provenance')]
    .filter((e) => e.offsetParent)
    .map((e) => [e.className || e.textContent.trim(),
      e.matches('.name a, .slogan, .dateline') ? box(e) : e.getBoundingClientRect()])
    .filter(([, r]) => r.width && r.height);
  const wrong = shown.filter(([, r]) => r.left < -1 || r.right > innerWidth + 1).map(([name]) => [name, 'outside']);
  shown.forEach(([one, a], at) => shown.slice(at + 1).forEach(([other, b]) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) wrong.push([one, other]);
  }));
  return wrong;
}"""
# Words whose contrast with what is behind them is lower than `least`, as [words, contrast].
FAINT = """(least) => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number)
    .map((part, at) => (colour.startsWith('color(') && at < 3 ? part * 255 : part));
  const light = (colour) => parse(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const [, , , alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return getComputedStyle(at).backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter((e) => e.offsetParent && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
      return [e.textContent.trim().slice(0, 20), (a + 0.05) / (b + 0.05)];
    })
    .filter(([, contrast]) => contrast < least);
}"""
MOVING = """() => [...document.querySelectorAll('html, body, body *')]
  .filter((e) => e.offsetParent || e === document.documentElement)
  .filter((e) => {
    const style = getComputedStyle(e);
    return style.animationName !== 'none' || style.transitionDuration !== '0s' || style.scrollBehavior !== 'auto';
  })
  .map((e) => e.outerHTML.slice(0, 80))"""
RENAME = "(name) => { document.querySelector('.name a').textContent = name; }"
LETTERS = """(least) => [...document.querySelectorAll('body *')]
    .filter((e) => e.offsetParent && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => [e.textContent.trim().slice(0, 20), parseFloat(getComputedStyle(e).fontSize)])
    .filter(([, size]) => size < least)"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site(paths, own_site):
    return own_site


@pytest.fixture(scope="module")
def paths(kept_site):
    SiteSettings.objects.create(pk=1, name="霁川新闻网", sponsor="霁川县融媒体中心", icp="演ICP备00000000号")
    cast = Cast()
    table = "<table><tbody><tr><th>地点</th><th>户数</th></tr><tr><td>望桥乡</td><td>1,284</td></tr></tbody></table>"
    film = attachments.store_attachment(upload(a_film(), "通车.mp4"), by=cast.writer)
    picture = pictures.store_picture(upload(png(900, 600)), by=cast.writer, alt="桥")
    shown = f'<figure><img src="{picture.url}" alt="桥"></figure><p><a href="{film.url}">通车现场</a></p>'
    body = f"<h2>现场</h2><p>{'大桥今日通车。' * 40}</p>{shown}{table}"
    article = cast.article(title="霁川大桥通车 北岸六千人不再绕行", body=body, keywords="大桥")
    for related in (article, cast.article(keywords="大桥")):
        cast.publish(related)
    cast.correct(article, note="补充导语。", summary="大桥通车。")
    article.refresh_from_db()
    topic = Topic.objects.create(title="大桥", slug="bridge", state=Topic.State.OPEN, introduction="从合龙到通车。")
    blocks = [ArrangedBlock(Block(kind=kind, title="版块"), [Slot(article=article)]) for kind in Block.Kind]
    for front in (topic, None):
        home_and_topics.save_arrangement(front, blocks, by=cast.chief, based_on=0)
    day = article.first_published_at
    return [
        path.format(n=article.number, p=cast.lin.pk, m=f"{day:%Y-%m}", k=Keyword.objects.get().pk) for path in PATHS
    ]


def opened(browser, site, look, width=390, **facts):
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", **facts)
    context.add_cookies([{"name": "look", "value": look, "url": site}])
    return context.new_page()


def unfold(page):
    for fold in page.query_selector_all("details:not([open]) > summary"):
        if fold.is_visible():
            fold.click()


@pytest.mark.parametrize(("look", "rules"), RULES.items())
def test_no_page_has_a_barrier(browser, site, paths, look, rules):
    page = opened(browser, site, look)
    wrong = forbidden_events(page, site)
    for path in half_of(paths):
        page.goto(site + path)
        unfold(page)
        found = find_barriers(page, rules)
        assert [one for one in found if one[1] in ("serious", "critical")] == [], path
    assert wrong == []
    page.context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_scrolls_sideways_on_the_smallest_phone_in_twice_the_type(browser, site, paths, look):
    page = opened(browser, site, look)
    for path in paths:
        page.goto(site + path)
        for width, size in [(320, "2"), (160, "1")]:
            page.set_viewport_size({"width": width, "height": 800})
            if "elder" not in look:
                page.evaluate("(size) => document.documentElement.style.setProperty('--size', size)", size)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    page.context.close()


@pytest.mark.parametrize(
    ("look", "facts", "least"),
    [
        ("auto-normal", {"forced_colors": "active", "color_scheme": "light"}, 4.5),
        ("auto-normal", {"forced_colors": "active", "color_scheme": "dark"}, 4.5),
        ("elder-auto-normal", {"forced_colors": "active", "color_scheme": "dark"}, 4.5),
        ("contrast-normal", {}, 7),
        ("elder-contrast-normal", {}, 7),
    ],
)
def test_every_word_can_be_read_in_the_devices_own_colours_and_in_high_contrast(
    browser, site, paths, look, facts, least
):
    page = opened(browser, site, look, **facts)
    for path in paths:
        page.goto(site + path)
        unfold(page)
        assert page.evaluate(FAINT, least) == [], path
    page.context.close()


def test_nothing_moves_for_whoever_asked_for_that(browser, site, paths):
    page = opened(browser, site, "auto-normal", reduced_motion="reduce")
    for path in paths:
        page.goto(site + path)
        assert page.evaluate(MOVING) == [], path
    page.context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_what_one_touches_is_large_enough_for_elders(browser, site, paths, width):
    page = opened(browser, site, "elder-auto-normal", width=width)
    for path in paths:
        page.goto(site + path)
        unfold(page)
        assert page.evaluate(TARGETS, [ALL_TARGETS, 44]) == [], path
        assert page.evaluate(TARGETS, [CHIEF_TARGETS, 60]) == [], path
        assert page.evaluate(LETTERS, 18) == [], path
    page.context.close()


@pytest.mark.parametrize("look", ["auto-normal", "elder-auto-normal"])
@pytest.mark.parametrize("size", ["1", "2"])
def test_the_head_has_room_for_every_name(browser, site, paths, look, size):
    page = opened(browser, site, look)
    for path in (paths[0], paths[2]):
        page.goto(site + path)
        page.evaluate("(size) => document.documentElement.style.setProperty('--size', size)", size)
        for name in ("霁川", "霁川新闻网", "霁川县城北区融媒体中心", "霁川县城北区融媒体中心和广播电视台新闻网"):
            page.evaluate(RENAME, name)
            for width in (320, 390, 768, 1024, 1280, 1920):
                page.set_viewport_size({"width": width, "height": 844})
                assert page.evaluate(COLLISIONS) == [], (path, name, width)
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 794, "height": 1123})
            assert page.evaluate(COLLISIONS) == [], (path, name, "print")
            page.emulate_media(media="screen")
    page.context.close()


def test_elders_see_news_on_the_first_screen_and_the_rest_of_the_site_behind_one_button(browser, site, paths):
    page = opened(browser, site, "elder-auto-normal")
    page.set_viewport_size({"width": 390, "height": 844})
    top = "(what) => document.querySelector(what).getBoundingClientRect().top"
    page.goto(site + paths[0])
    assert page.evaluate(top, "main .headline, main h2") < 422
    page.goto(site + paths[2])
    assert page.evaluate(top, ".text") < 700
    assert page.evaluate(top, ".tools") > page.evaluate(top, ".text > :last-child")
    sections = page.locator(".sections")
    assert not sections.locator("text=要闻").is_visible()
    page.click(".menu summary")
    for name in ("要闻", "搜索", "阅读设置"):
        assert sections.locator(f"text={name}").is_visible()
    page.context.close()


def test_the_keyboard_alone_reads_switches_and_shares(browser, site, paths):
    page = opened(browser, site, "auto-normal", width=1280)
    page.goto(site + paths[2])
    focused = "document.activeElement.textContent.trim()"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "跳到正文"
    page.keyboard.press("Tab")
    assert "长辈版" in page.evaluate(focused)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url == site + paths[2]
    assert page.locator(".looks .to-plain").is_visible()
    assert not page.locator(".looks .to-elder").is_visible()
    top, sheet = "document.querySelector('.text').getBoundingClientRect().top", page.locator(".share .wechat img")
    page.focus(".share summary")
    before = page.evaluate(top)
    page.keyboard.press("Enter")
    assert sheet.is_visible()
    assert page.evaluate(top) == before
    page.keyboard.press("Tab")
    assert page.evaluate(focused) in ("复制链接", "微博")
    page.keyboard.press("Escape")
    assert not sheet.is_visible()
    assert page.evaluate(focused) == "分享"
    page.keyboard.press("Enter")
    page.click("h1")
    assert not sheet.is_visible()
    page.context.close()


@pytest.mark.parametrize("layout", SiteSettings.HomeLayout)
def test_the_keyboard_comes_by_every_story_of_the_home_page_in_both_layouts(browser, site, layout):
    settings = SiteSettings.objects.filter(pk=1)
    before = settings.get().home_layout
    settings.update(home_layout=layout)
    page = opened(browser, site, "auto-normal", width=1280)
    page.goto(site)
    settings.update(home_layout=before)  # for the other tests
    reached = "[...document.querySelectorAll('main :is(a, [tabindex=\"0\"])')].indexOf(document.activeElement)"
    page.focus("main")
    for number in range(page.locator("main :is(a, [tabindex='0'])").count()):
        page.keyboard.press("Tab")
        assert page.evaluate(reached) == number
    page.context.close()


def test_without_scripts_the_switch_works_and_no_dead_button_is_shown(browser, site, paths):
    page = opened(browser, site, "auto-normal", java_script_enabled=False)
    page.goto(site + paths[2])
    assert page.locator(".tools button:visible").count() == 0
    page.click("text=长辈版")
    page.wait_for_selector("text=普通版")
    page.click("text=普通版")
    page.wait_for_selector("text=长辈版")
    page.context.close()


def test_paper_has_the_text_its_corrections_and_the_code_of_this_edition_and_nothing_else(browser, site, paths):
    page = opened(browser, site, "auto-normal", width=794)
    page.goto(site + paths[2])
    page.emulate_media(media="print")
    load_pictures(page)
    text = page.inner_text("body")
    for printed in ("霁川新闻网", "来源", "发布时间", "补充导语。", "大桥今日通车。", site + paths[2], "版次：2"):
        assert printed in text
    left_out = ("首页", "搜索", "长辈版", "朗读", "分享", "微信", "标签", "发现错误", "相关阅读", "上一篇", "主办单位")
    assert [word for word in left_out if word in text] == []
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(full_page=True))))
    number = paths[2].strip("/").rpartition("/")[2]
    assert [code.text for code in codes] == [f"{site}/q/P{number}-2".upper()]
    page.context.close()
