"""Reading aloud in a real browser: what is spoken, in which order, and how it pauses and stops."""

import pytest

from articles.models import Article
from tests.browser import chromium, forbidden_events

pytestmark = pytest.mark.django_db(transaction=True)
# Headless browsers have no voices, so the interface is replaced by one that records what it is given to speak.
RECORDER = """
  window.spoken = []; window.asked = [];
  class SpeechSynthesisUtterance { constructor(text) { this.text = text; } }
  const speech = {
    speak(says) { window.spoken.push([says.text.trim(), says.lang]); window.last = says; },
    pause() { window.asked.push("pause"); }, resume() { window.asked.push("resume"); },
    cancel() { window.asked.push("cancel"); },
  };
  Object.defineProperty(window, "SpeechSynthesisUtterance", { value: SpeechSynthesisUtterance });
  Object.defineProperty(window, "speechSynthesis", { value: speech });
"""
ALL_OF_IT = """() => { for (let n = 0; n < 50 && document.querySelector(".spoken"); n++) window.last.onend(); }"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def page(live_server, settings, browser, cast):
    settings.SITE_URL = live_server.url
    body = "<p>大桥今日通车。</p><ul><li><p>免费一年</p></li></ul><table><tr><td>宽</td><td>12米</td></tr></table>"
    article = cast.article(title="大桥通车", body=body)
    cast.publish(article)
    found = browser.new_page()
    found.wrong = forbidden_events(found, live_server.url)
    found.add_init_script(RECORDER)
    found.goto(live_server.url + article.get_absolute_url())
    yield found
    found.close()


def test_title_provenance_and_text_are_spoken_in_order_each_once(page):
    page.click('[data-tool="read"]')
    page.evaluate(ALL_OF_IT)
    spoken = [text for text, _language in page.evaluate("window.spoken")]
    assert spoken[0] == "大桥通车"
    assert spoken[1].startswith("来源")
    assert spoken[-4:] == ["大桥今日通车。", "免费一年", "宽", "12米"]
    assert {language for _text, language in page.evaluate("window.spoken")} == {"zh-CN"}
    assert page.locator(".spoken").count() == 0
    assert page.wrong == []


def test_a_correction_is_spoken_too(page, cast, live_server):
    article = Article.objects.get()
    cast.correct(article, note="应为“昨日”。", body="<p>大桥昨日通车。</p>")
    page.goto(live_server.url + article.get_absolute_url())
    page.click('[data-tool="read"]')
    page.evaluate(ALL_OF_IT)
    assert any("应为“昨日”。" in text for text, _language in page.evaluate("window.spoken"))


def test_a_browser_that_cannot_says_so(browser, page):
    silent = browser.new_page()
    silent.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined })")
    silent.goto(page.url)
    english = silent.locator(".tools >> text=This browser cannot read aloud")
    english.or_(silent.locator(".tools >> text=此浏览器不能朗读")).wait_for()
    silent.close()


def test_it_pauses_goes_on_and_stops(page):
    read = page.locator('[data-tool="read"]')
    said = read.inner_text()
    assert page.locator('[data-tool="stop"]').is_hidden()
    read.click()
    assert page.locator(".spoken").count() == 1
    read.click()
    read.click()
    page.click('[data-tool="stop"]')
    assert page.evaluate("window.asked") == ["cancel", "pause", "resume", "cancel"]
    assert len(page.evaluate("window.spoken")) == 1
    assert read.inner_text() == said
    assert page.locator('[data-tool="stop"]').is_hidden()
