"""How many clicks an editor's tasks take, counted by a listener in the page; keys, drops and native choosers are none.

Each task begins on the page where the work is met: the first page, or the article. The most that each may take is
what Newsroom promises its editors.
"""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import pictures, review
from articles.models import Article, Attachment, Picture
from tests.browser import chromium
from tests.cast import Cast, png, upload
from tests.desk_page import HAND_OVER, PDF

pytestmark = pytest.mark.django_db(transaction=True)
COUNT = """
addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
}, true);
"""


class Editor:
    """Somebody at the desk in a browser, whose clicks are counted."""

    def __init__(self, browser, client, site, user):
        client.force_login(user)
        self.site = site
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        key = client.cookies["sessionid"].value
        self.context.add_cookies([{"name": "sessionid", "value": key, "url": site}])
        self.context.add_init_script(COUNT)
        self.page = self.context.new_page()

    def opens(self, address):
        """Open the page on which a task begins, and count from there."""
        self.page.goto(self.site + address)
        self.page.evaluate("sessionStorage.clicks = 0")
        return self

    @property
    def clicks(self):
        return int(self.page.evaluate("sessionStorage.clicks"))

    def click(self, selector):
        self.page.click(selector)

    def type(self, text):
        self.page.keyboard.type(text)

    def editor_is_ready(self):
        self.page.wait_for_selector("[data-words]:not([hidden])")

    def paste(self, *files):
        packed = [[name, kind, base64.b64encode(data).decode()] for name, kind, data in files]
        self.page.evaluate(HAND_OVER, ["paste", ".cke_editable", packed, ""])

    def begins_an_article(self, title):
        """From the first page: title of a new article, then the caret in its body."""
        self.opens("/admin/")
        self.click(".day .button")
        self.editor_is_ready()
        self.page.wait_for_selector("#id_title:focus")
        self.type(title)
        self.click(".cke_editable")

    def submits(self):
        self.click("[name=_submit]")
        self.page.wait_for_selector(".messagelist, .errornote, .cke_notification_warning")
        assert self.page.locator(".errornote, .cke_notification_warning").all_inner_texts() == []


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser, client, live_server, settings):
    """Return a function that logs somebody in; the writer has written before, so that the panel is filled in."""
    settings.SITE_URL = live_server.url
    cast = Cast()
    cast.article(by=cast.writer)
    return cast, lambda user: Editor(browser, client, live_server.url, user)


def submitted(title):
    article = Article.objects.get(title=title)
    return article.stage == 1


def test_writing_to_submitted(desk):
    cast, log_in = desk
    editor = log_in(cast.writer)
    editor.begins_an_article("大桥通车")
    editor.type("今日通车。")
    editor.submits()
    assert submitted("大桥通车")
    assert editor.clicks <= 3

    editor.begins_an_article("大桥三图")
    page = editor.page
    editor.type("今日通车。")
    page.keyboard.press("Enter")
    for number in range(3):
        editor.paste((f"{number}.png", "image/png", png(300 + number, 200)))
        page.wait_for_selector(f":nth-match(.cke_editable figure img[src^='/admin/media/pictures/'], {number + 1})")
    for number in range(3):
        editor.click(f".cke_editable :nth-match(figcaption, {number + 1})")
        editor.type(f"图{number}")
    page.keyboard.press("Enter")
    editor.click(".cke_button__blockquote")
    editor.type("老人说等了四十年。")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    editor.click(".cke_button__table")
    page.wait_for_selector(".cke_dialog_ui_input_text:visible")
    page.keyboard.press("Enter")
    page.wait_for_selector(".cke_dialog", state="hidden")
    page.wait_for_function("() => document.activeElement.closest('.cke_editable')")
    editor.paste(("公示表.pdf", "application/pdf", PDF))
    page.wait_for_selector(".cke_editable a[href^='/admin/media/attachments/']")
    page.wait_for_selector("[data-cke-upload-id]", state="detached")
    page.wait_for_selector("[data-state=kept]")
    editor.submits()
    assert submitted("大桥三图")
    body = Article.objects.get(title="大桥三图").body
    for part, times in (("<img", 3), ("<figcaption>图", 3), ("<blockquote>", 1), ("<table>", 1), (".pdf", 1)):
        assert body.count(part) >= times, part
    assert (Picture.objects.count(), Attachment.objects.count()) == (3, 1)
    assert editor.clicks <= 9


def test_a_library_picture_and_a_draft_found_by_its_words(desk):
    cast, log_in = desk
    pictures.store_picture(upload(png(60, 40), "桥.png"), by=cast.writer)
    editor = log_in(cast.writer).opens("/admin/articles/article/add/")
    editor.editor_is_ready()
    editor.click(".cke_button__picture")
    editor.click("dialog[open] button:has-text('图库')")
    editor.click(".picture-library button[data-key]")
    editor.page.wait_for_selector(".cke_editable figure img")
    assert editor.clicks <= 3

    cast.article(by=cast.writer, title="无关的标题", body="<p>望桥乡北岸的老渡工收起了缆绳。</p>")
    editor.opens("/admin/articles/article/")
    editor.page.fill("input[name=q]", "老渡工收起了缆绳")
    editor.page.keyboard.press("Enter")
    editor.page.wait_for_url("**q=*")  # the list without a search has it, too
    editor.page.wait_for_selector("text=无关的标题")
    assert editor.clicks == 0


def test_readings(desk):
    cast, log_in = desk
    texts = [cast.article(by=cast.writer) for _ in range(2)]
    for text in texts:
        review.submit_article(text, by=cast.writer)
    editor = log_in(cast.editor)
    for text, clicks, corrects in ((texts[0], 2, False), (texts[1], 4, True)):
        editor.opens("/admin/")
        editor.click(f".queue a:has-text('{text.title}')")
        if corrects:
            editor.click(".decide a.button")
            editor.editor_is_ready()
            editor.page.wait_for_function("() => document.activeElement.closest('.cke_editable')")
            editor.type("已核。")
            editor.click("[name=_decide]")
        editor.click(".decide [value=pass]")
        editor.page.wait_for_selector(".messagelist .success")
        text.refresh_from_db()
        assert text.stage == 2
        assert ("已核" in text.body) == corrects
        assert editor.clicks <= clicks


def test_publishing_scheduling_and_withdrawing(desk):
    cast, log_in = desk
    articles = [cast.article(by=cast.writer) for _ in range(2)]
    for article in articles:
        cast.sign(article)
    first, second = (f"/admin/articles/article/{article.pk}/change/" for article in articles)
    editor = log_in(cast.chief).opens(first)
    editor.click(".bar-acts .next")
    editor.click("form.act [type=submit]")
    editor.page.wait_for_url(f"**{first}")
    assert editor.clicks <= 2
    editor.opens(first).click(".other-acts a[href$='/withdraw/']")
    editor.page.wait_for_selector("#id_reason:focus")
    editor.type("数字有误")
    editor.click("form.act [type=submit]")
    editor.page.wait_for_url(f"**{first}")
    assert editor.clicks <= 2
    editor.opens(second).click(".other-acts a[href$='/schedule/']")
    at = timezone.localtime() + timedelta(days=1)
    editor.page.wait_for_selector("#id_at:focus")
    editor.page.fill("#id_at", f"{at:%Y-%m-%dT%H:%M}")
    editor.click("form.act [type=submit]")
    editor.page.wait_for_url(f"**{second}")
    assert editor.clicks <= 3
    for article in articles:
        article.refresh_from_db()
    assert articles[0].withdrawn_at
    assert articles[1].scheduled_for
