"""An editor's and a reader's day in a real browser."""

import base64

import pytest
import zxingcpp

from articles.models import Article
from tests.attacks import ATTACKS
from tests.browser import chromium, expect, forbidden_events
from tests.cast import Cast, png

pytestmark = pytest.mark.django_db(transaction=True)

PASTE_PICTURE = """([selector, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
  const target = document.querySelector(selector);
  target.focus();
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


def log_in(page, site, name):
    page.goto(f"{site}/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", f"secret-of-{name}")
    page.click("[type=submit]")
    page.wait_for_selector("#user-tools", state="attached")  # #content-main is on the page of log-in, too


def choose(page, select, text):
    """Pick an entry of one of the admin's searchable selects, as a person does."""
    page.click(f"{select} + .select2")
    page.fill(".select2-search__field", text)
    found = page.locator(".select2-results__option:not(.loading-results)")
    expect(found).to_have_count(1)  # a click into the list before would be lost
    page.click(f".select2-results__option >> text={text}")


def readers_text(browser, address, width=390):
    page = browser.new_page(viewport={"width": width, "height": 844})
    response = page.goto(address)
    text = page.inner_text("main")
    page.close()
    return response.status, text


def read_and_sign(browser, site, article, name, *, correct=None, opinion="同意"):
    """One reader's turn: from the queue to the reading page, perhaps a correction on the form, then the signature."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    wrong = forbidden_events(page, site)
    log_in(page, site, name)
    page.goto(f"{site}/admin/queue/")
    page.click(f".waiting >> text={article.title}")
    page.wait_for_selector("[name=decision][value=pass]")
    expect(page.frame_locator("iframe.reading").locator("body:has(main)")).to_contain_text("未发布")
    if correct:
        page.click("text=先改稿")
        page.wait_for_selector(".cke_editable")
        page.fill("#id_title", correct)
        page.click("[name=_save]")
        page.wait_for_selector(".messagelist .success")
        page.goto(f"{site}/admin/articles/article/{article.pk}/review/")
        assert page.locator(".copy-part ins").count() >= 1, (
            "the reader sees what was changed against what was signed before"
        )
    page.fill("#id_opinion", opinion)
    page.click("[name=decision][value=pass]")
    page.wait_for_selector(".messagelist .success")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a phone scrolls sideways"
    page.close()
    assert wrong == []


def test_a_story_goes_its_way_through_five_people(browser, site):
    """Write with a picture pasted in, three readings (the second corrects a word), publish, correct, withdraw, 410."""
    cast = Cast()
    cast.let_readers_correct()
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    wrong = forbidden_events(page, site)
    log_in(page, site, "writer")
    page.goto(f"{site}/admin/articles/article/add/")
    page.fill("#id_title", "望桥乡便民桥通车")
    page.wait_for_selector("[data-words]:not([hidden])")
    page.click(".cke_editable")
    page.keyboard.type("今日便民桥正式通车。")
    page.keyboard.press("Enter")
    page.evaluate(PASTE_PICTURE, [".cke_editable", base64.b64encode(png(900, 600)).decode()])
    page.wait_for_selector(".cke_editable img[src^='/admin/media/pictures/']")
    page.select_option("#id_section", label="要闻")
    choose(page, "#id_source", "霁川新闻网")
    page.select_option("#id_credits-0-role", "responsible_editor")
    choose(page, "#id_credits-0-person", "梁静姝")
    page.click("[name=_submit]")
    page.wait_for_selector(".reading-now")
    article = Article.objects.get()
    read_and_sign(browser, site, article, "editor")
    read_and_sign(browser, site, article, "head", correct="望桥乡便民桥建成通车")
    article.refresh_from_db()
    read_and_sign(browser, site, article, "chief", opinion="同意签发")

    editor = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    log_in(editor, site, "editor")
    editor.goto(f"{site}/admin/articles/article/{article.pk}/sheet/")
    sheet = editor.inner_text(".sheet")
    for name in ("林晓舟", "梁静姝", "head", "chief"):
        assert name in sheet
    assert editor.locator(".sheet .readings ins").count() == 1
    editor.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    editor.click("a[href$='/publish/']")
    editor.click("form.act [type=submit]")
    editor.wait_for_selector(".state-live")
    address = article.public_url
    for width in (390, 1280):
        status, text = readers_text(browser, address, width)
        assert status == 200
        assert "建成通车" in text
        assert "梁静姝" in text
    reader = browser.new_page(viewport={"width": 390, "height": 844})
    seen = forbidden_events(reader, site)
    reader.goto(address)
    picture = reader.locator("main img[src^='/media/pictures/']")
    picture.scroll_into_view_if_needed()
    reader.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=picture.element_handle())
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a phone scrolls sideways"
    assert seen == []
    reader.goto(f"{site}/q/P{article.pk}-1")
    assert reader.url == address

    page.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    page.wait_for_selector(".cke_editable")
    page.fill("#id_title", "望桥乡便民桥昨日建成通车")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".state-changed")
    assert "昨日" not in readers_text(browser, address)[1]
    page.click("a[href$='/submit/']")
    page.fill("#id_note", "标题漏写“昨日”。")
    page.click("form.act [type=submit]")
    page.wait_for_selector(".reading-now")
    article.refresh_from_db()
    for name in ("editor", "head", "chief"):
        read_and_sign(browser, site, article, name)
    page.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    page.click("details:has(#id_subtitle) > summary")
    page.fill("#id_subtitle", "签完以后又改")
    page.check(".voids input")  # it says whose signatures that voids
    page.click("[name=_save]")
    page.wait_for_selector(".messagelist .success")
    editor.goto(f"{site}/admin/articles/article/{article.pk}/correct/")
    editor.click("form.act [type=submit]")
    assert "尚未送审" in editor.inner_text(".errornote")
    assert "昨日" not in readers_text(browser, address)[1]
    cast.sign(article, note="标题漏写“昨日”。")
    assert "昨日" not in readers_text(browser, address)[1]
    editor.goto(f"{site}/admin/articles/article/{article.pk}/correct/")
    editor.click("form.act [type=submit]")
    editor.wait_for_selector(".state-live")
    assert "标题漏写“昨日”。" in readers_text(browser, address)[1]
    reader.goto(f"{site}/q/P{article.pk}-1")
    assert reader.url == f"{site}/a/{article.pk}/since/1/"
    assert "已有修改" in reader.inner_text("body")

    editor.click(".other-acts a[href$='/withdraw/']")
    editor.fill("#id_reason", "数据待核")
    editor.click("form.act [type=submit]")
    editor.wait_for_selector(".state-withdrawn")
    status, text = readers_text(browser, address)
    assert status == 410
    assert "便民桥" not in text
    assert wrong == []


def test_nothing_pasted_runs_in_preview_or_on_the_page(browser, site):
    """Every attack of the table, saved as an editor's text, in one real browser: nothing fires, nothing is fetched."""
    cast = Cast()
    body = "".join(f"<p>第{index}条</p>{html}" for index, (_name, html, _text) in enumerate(ATTACKS))
    hostile = cast.article(title='<img src=x onerror=alert("t")>', body=body, summary="<script>alert(2)</script>")
    cast.publish(hostile)
    article = Article.objects.get()
    for address in (article.public_url, site + cast.preview(article), f"{site}/", f"{site}/s/news/"):
        page = browser.new_page()
        wrong = forbidden_events(page, site)
        page.goto(address)
        for link in page.locator("main .text a").all():
            assert not (link.get_attribute("href") or "").lower().startswith(("javascript", "data", "vbscript"))
        page.evaluate("document.querySelectorAll('main *').forEach((e) => e.dispatchEvent(new Event('mouseover')))")
        page.wait_for_timeout(200)
        page.close()
        assert wrong == []


def test_the_two_codes_of_a_page_open_it_on_a_phone(browser, site, tmp_path):
    """A photograph of the screen is decoded, and the address it holds opens the article."""
    from PIL import Image  # noqa: PLC0415

    cast = Cast()
    article = cast.article()
    cast.publish(article)
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page.goto(f"{site}/a/{article.number}/")
    for code in page.locator(".codes img").all():
        code.scroll_into_view_if_needed()
        page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=code.element_handle())
        shot = tmp_path / "code.png"
        code.screenshot(path=shot)
        found = zxingcpp.read_barcodes(Image.open(shot).convert("L"))
        phone = browser.new_page(viewport={"width": 390, "height": 844})
        scheme, rest = found[0].text.split("://", 1)
        phone.goto(f"{scheme.lower()}://{rest.split('/', 1)[0].lower()}/{rest.split('/', 1)[1]}")
        assert phone.url == f"{site}/a/{article.number}/"
        phone.close()


def test_the_page_reads_without_javascript_and_does_not_jump(browser, site):
    cast = Cast()
    article = cast.article(body="<p>正文。</p>" * 30)
    cast.publish(article)
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{site}/a/{article.number}/")
    assert "正文。" in plain.inner_text("main")
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((l) => l.getEntries().forEach((e) => { window.shift += e.value }))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    page.goto(f"{site}/a/{article.number}/", wait_until="networkidle")
    assert page.evaluate("window.shift") < 0.01


def test_body_text_is_set_by_the_rules_of_chinese_typography(browser, site):
    cast = Cast()
    article = cast.article(body="<p>正文。</p><figure><table><tbody><tr><td>格</td></tr></tbody></table></figure>")
    cast.publish(article)
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/a/{article.number}/")
    style = page.eval_on_selector(
        ".text p",
        "p => { const s = getComputedStyle(p); return {indent: parseFloat(s.textIndent) / parseFloat(s.fontSize), "
        "align: s.textAlign, breaks: s.lineBreak, line: parseFloat(s.lineHeight) / parseFloat(s.fontSize), "
        "size: parseFloat(s.fontSize)} }",
    )
    assert style["indent"] == pytest.approx(2)
    assert (style["align"], style["breaks"]) == ("justify", "strict")
    assert 1.5 <= style["line"] <= 2
    assert style["size"] >= 17
    assert page.eval_on_selector(".text td", "e => parseFloat(getComputedStyle(e).textIndent)") == 0
