"""In a browser: a wrong weekday is underlined while it is typed, put right, read on the reading page, and on the sheet."""

import pytest
from django.urls import reverse

from articles.models import Article, SetAside
from tests.browser import chromium, forbidden_events
from tests.cast import Cast
from tests.desk_page import Desk

pytestmark = pytest.mark.django_db(transaction=True)
MARKED = """(weight) => [...(CSS.highlights.get(`found-${weight}`) || [])].map(String)"""
WRONG_DAY, IDENTITY = "2026年11月28日（星期五）", "11010519491231002X"


def wait_for_marks(page, weight, *words):
    page.wait_for_function(f"([weight, words]) => String(({MARKED})(weight)) === words", arg=[weight, ",".join(words)])


def test_what_is_typed_is_underlined_put_right_read_and_printed(live_server, settings):
    settings.SITE_URL = live_server.url
    cast = Cast()
    article = cast.article(body="<p>原文。</p>")
    with chromium() as browser:
        change = reverse("admin:articles_article_change", args=[article.pk])
        desk = Desk(browser, live_server.url, address=change, name="writer")
        page = desk.page
        page.click(".cke_editable p")
        page.keyboard.press("End")
        page.keyboard.type(f"会议于{WRONG_DAY}召开，证件{IDENTITY}，值班电话13800138000。")
        wait_for_marks(page, "warn", WRONG_DAY[:-1], "13800138000")
        wait_for_marks(page, "block", IDENTITY)
        page.keyboard.type("完")
        assert desk.text == f"<p>原文。会议于{WRONG_DAY}召开，证件{IDENTITY}，值班电话13800138000。完</p>"

        page.evaluate("document.querySelector('.typed-text').closest('[hidden]')?.removeAttribute('hidden')")
        hits = page.locator(".typed-text li")
        act = "(item, name) => item.querySelector(`[data-do=${name}]`).click()"
        hits.filter(has_text="星期").evaluate(act, "take")
        wait_for_marks(page, "warn", "13800138000")
        assert "（星期六）" in desk.text
        page.keyboard.press("Control+z")
        wait_for_marks(page, "warn", WRONG_DAY[:-1], "13800138000")
        hits.filter(has_text="星期").evaluate(act, "take")
        wait_for_marks(page, "warn", "13800138000")
        hits.filter(has_text="身份证").evaluate(act, "mask")
        wait_for_marks(page, "block")
        page.keyboard.press("Control+s")
        page.wait_for_selector(".messagelist .success")
        assert desk.wrong == []
        desk.context.close()
        article = Article.objects.get()
        assert (
            article.body
            == "<p>原文。会议于2026年11月28日（星期六）召开，证件110***********002X，值班电话13800138000。完</p>"
        )

        cast.sign(article, times=1)
        read = reverse("admin:articles_article_review", args=[article.pk])
        context = browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN")
        page = context.new_page()
        wrong = forbidden_events(page, live_server.url)
        page.goto(f"{live_server.url}/admin/login/?next={read}")
        page.fill("#id_username", "head")
        page.fill("#id_password", "secret-of-head")
        page.click("[type=submit]")
        page.wait_for_selector(".hits li")
        text = page.wait_for_selector("iframe.reading").content_frame()
        text.wait_for_function(f"() => String(({MARKED})('warn')) === '13800138000'")
        page.click(".hits blockquote")
        assert text.evaluate("[...CSS.highlights.get('found-here')].map(String)") == ["13800138000"]
        page.click(".hits form button:has-text('忽略')")
        page.wait_for_selector(".messagelist .success")
        assert SetAside.objects.get().by == cast.head
        assert wrong == []
        page.goto(live_server.url + reverse("admin:article_sheet", args=[article.pk]))
        assert "138****8000" in page.content()
        context.close()
