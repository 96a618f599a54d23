"""The body editor in a browser: writing, pasted and dropped files, unsaved work."""

import re

import pytest
from django.utils.translation import override

from articles import pictures, sanitising
from articles.admin import editor
from articles.models import Article, Attachment, DeskSession, Person, Picture, Source, UnsavedText
from tests.browser import chromium, expect
from tests.cast import Cast, png, upload
from tests.desk_page import ADD, PDF, Desk
from tests.serving import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CARET_IS_BELOW_A_PICTURE = """() => {
  const line = CKEDITOR.instances.id_body.getSelection()?.getStartElement()?.getAscendant("p", true);
  return Boolean(line?.getPrevious()?.findOne("figure, img"));
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site(live_server, settings):
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def desk(browser, site):
    Cast()
    desk = Desk(browser, site)
    yield desk
    desk.context.close()


def test_the_toolbar_is_short_and_chinese(desk):
    names = desk.page.eval_on_selector_all(".cke_toolbox a[title]", "all => all.map((a) => a.title.split(' (')[0])")
    assert {"加粗", "项目列表", "编号列表", "块引用", "表格", "插入/编辑超链接", "查找", "替换", "全屏"} <= set(names)
    assert len(names) <= 20
    desk.page.click(".cke_combo__format a")
    desk.page.wait_for_selector("iframe.cke_panel_frame")
    panel = desk.page.frame_locator("iframe.cke_panel_frame")
    expect(panel.locator("li a")).to_have_text(["普通", "标题 2", "标题 3", "标题 4"])
    assert desk.wrong == []


def test_dialogs_for_links_tables_and_search_work_under_the_policy(desk):
    desk.type("大桥通车公告")
    desk.page.keyboard.press("Control+a")
    # CKEditor checks the selection five times a second, later on a busy machine; a click may come first.
    desk.page.evaluate("CKEDITOR.instances.id_body.selectionChange(true)")
    desk.page.click(".cke_button__link")
    dialog = desk.page.locator(".cke_dialog:visible")
    dialog.wait_for()
    assert dialog.locator(".cke_dialog_tab:visible").count() == 0
    dialog.locator("input:visible").nth(1).fill("example.cn/a")
    dialog.locator("a.cke_dialog_ui_button_ok").click()
    desk.dialog_is_closed()
    desk.page.keyboard.press("End")
    desk.page.keyboard.press("Enter")
    desk.page.click(".cke_button__table")
    dialog.locator("a.cke_dialog_ui_button_ok").click()
    desk.dialog_is_closed()
    desk.page.click(".cke_button__find")
    dialog.locator("a.cke_dialog_close_button").click()
    desk.dialog_is_closed()
    html = sanitising.sanitise(desk.text).html
    assert '<p><a href="https://example.cn/a" rel="noopener">大桥通车公告</a></p>' in html
    assert html.count('<th scope="col"></th>') == 2
    assert html.count("<td></td>") == 4
    assert desk.wrong == []


WORD = '<html><head><meta name="Generator" content="Microsoft Word 15"></head><p class="MsoNormal">甲</p></html>'
LIBREOFFICE = '<html><head><meta name="generator" content="LibreOffice 7.4"></head><p>乙</p></html>'
GOOGLE = '<meta charset="utf-8"><b id="docs-internal-guid-0a1b"><p>丙</p></b>'


@pytest.mark.parametrize(
    ("locale", "titles"),
    [
        ("zh-CN", ["超链接", "表格属性", "查找和替换", "辅助功能说明"]),
        ("en-US", ["Link", "Table Properties", "Find and Replace", "Accessibility Instructions"]),
    ],
)
def test_everything_that_the_editor_loads_is_served_in_both_languages(browser, site, locale, titles):
    """Dialogs, their languages and the filters of pasted text are loaded when they are first used."""
    Cast()
    desk = Desk(browser, site, locale=locale)
    dialog = desk.page.locator(".cke_dialog:visible")
    for command, title in zip(("link", "table", "find", "a11yHelp"), titles, strict=True):
        desk.page.evaluate("(name) => { CKEDITOR.instances.id_body.execCommand(name); }", command)
        expect(dialog.locator(".cke_dialog_title")).to_have_text(title)
        desk.page.evaluate("CKEDITOR.dialog.getCurrent().hide()")
        dialog.wait_for(state="hidden")
    for text, html in (("甲", WORD), ("乙", LIBREOFFICE), ("丙", GOOGLE)):
        desk.hand_over("paste", html=html)
        desk.has(text)
    desk.page.wait_for_function("() => /甲.*乙.*丙/s.test(CKEDITOR.instances.id_body.getData())")
    assert desk.wrong == []
    desk.context.close()


def test_a_picture_is_inserted_with_its_caption_and_photographer(desk):
    desk.type("桥头。")
    desk.page.click(".cke_button__picture")
    desk.page.set_input_files(
        "dialog[open] input[type=file]", {"name": "桥.png", "mimeType": "image/png", "buffer": png(900, 600)}
    )
    desk.page.wait_for_selector("dialog[open] button[value=accept]:not([disabled])")
    desk.page.fill("dialog[open] textarea", "便民桥全景")
    desk.page.fill("dialog[open] label:nth-of-type(3) input", "林晓舟")
    desk.page.fill("dialog[open] label:nth-of-type(4) input", "一座石桥")
    desk.page.click("dialog[open] button[value=accept]")
    desk.page.wait_for_selector(".cke_editable figure img")
    desk.page.keyboard.type("桥尾。")
    caption = "便民桥全景　" + pictures.credit_pattern().replace("%s", "林晓舟")
    url = Picture.objects.get().url
    assert sanitising.sanitise(desk.text).html == (
        f'<p>桥头。</p><figure><img src="{url}" alt="一座石桥" width="900" height="600"><figcaption>{caption}</figcaption>'
        "</figure><p>桥尾。</p>"
    )
    # The dialog opens again on the picture, with the same values.
    desk.page.dblclick(".cke_editable figure img")
    assert desk.page.input_value("dialog[open] textarea") == "便民桥全景"
    assert desk.page.input_value("dialog[open] label:nth-of-type(3) input") == "林晓舟"
    desk.page.fill("dialog[open] textarea", "便民桥近景")
    desk.page.click("dialog[open] button[value=accept]")
    desk.has("便民桥近景")
    assert desk.text.count("<figure>") == 1
    assert desk.wrong == []


def test_a_refused_picture_says_why_in_the_dialog_and_in_the_text(desk):
    desk.page.click(".cke_button__picture")
    desk.page.set_input_files(
        "dialog[open] input[type=file]", {"name": "假.png", "mimeType": "image/png", "buffer": b"nothing"}
    )
    desk.page.wait_for_selector("dialog[open] .refused")
    said = desk.page.inner_text("dialog[open] .refused")
    assert "假.png" in said
    with override("zh-hans"):
        assert said not in (
            editor.editor_configuration()["newsroom"]["texts"]["upload_failed"].replace("%s", "假.png"),
            "",
        )
    assert desk.page.is_disabled("dialog[open] button[value=accept]")
    desk.page.keyboard.press("Escape")
    desk.dialog_is_closed()
    desk.hand_over("paste", ("假.png", "image/png", b"nothing"))
    desk.is_warned(said)
    desk.page.wait_for_selector("[data-cke-upload-id]", state="detached")
    desk.page.click(".cke_notification_warning .cke_notification_close")
    assert desk.text == ""
    assert desk.wrong == []


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_pasted_or_dropped_becomes_a_figure(desk, kind):
    desk.type("望桥乡。")
    desk.hand_over(kind, ("桥.png", "image/png", png(900, 600)))
    desk.page.wait_for_function(CARET_IS_BELOW_A_PICTURE)
    desk.page.keyboard.type("桥下。")
    desk.page.wait_for_selector(".cke_editable figure img[src^='/admin/media/pictures/']")
    desk.page.click(".cke_editable figcaption")
    desk.page.keyboard.type("桥的全景")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("桥边。")
    html = sanitising.sanitise(desk.text).html
    image = f'<img src="{Picture.objects.get().url}" alt="" width="900" height="600">'
    figure = f"<figure>{image}<figcaption>桥的全景</figcaption></figure>"
    assert figure + "<p>桥边。</p><p>桥下。</p>" in html
    assert "<p>望桥乡。</p>" in html or kind == "drop"
    assert html.replace(figure, "").count("<figure>") == 0
    assert desk.wrong == []


def test_a_picture_copied_from_another_site_is_uploaded_as_a_file(desk):
    desk.hand_over("paste", ("image.png", "image/png", png()), html='<img src="https://other.example/b.png">')
    desk.page.wait_for_selector(".cke_editable figure img[src^='/admin/media/pictures/']")
    assert desk.page.locator(".cke_notification_warning").count() == 0
    assert desk.wrong == []


def test_an_attachment_is_inserted_by_button_and_by_dropping(desk):
    desk.type("附件如下。")
    desk.chosen("attachment").set_files({"name": "公示表.pdf", "mimeType": "application/pdf", "buffer": PDF})
    desk.page.wait_for_selector(".cke_editable a[href^='/admin/media/attachments/']")
    first = Attachment.objects.get()
    assert f'<p><a href="{first.url}">{first.name}</a></p>' in sanitising.sanitise(desk.text).html
    desk.hand_over("drop", ("名单.txt", "text/plain", "名单".encode()))
    desk.page.wait_for_function(
        "() => document.querySelectorAll('.cke_editable a[href^=\"/admin/media/attachments/\"]').length === 2"
    )
    desk.hand_over("drop", ("坏.exe", "application/x-msdownload", b"MZ\x90\x00"))
    desk.is_warned("坏.exe")
    assert Attachment.objects.count() == 2
    assert desk.wrong == []


def test_empty_lines_are_not_reported_as_removed(desk):
    desk.type("甲")
    for _ in range(3):
        desk.page.keyboard.press("Enter")
    desk.page.keyboard.type("乙")
    desk.page.keyboard.press("Enter")
    assert desk.text == "<p>甲</p><p>乙</p>"


def test_saving_waits_for_uploads(desk):
    desk.page.route("**/picture/upload/**", lambda route: None)
    desk.page.fill("#id_title", "大桥通车")
    desk.hand_over("paste", ("桥.png", "image/png", png()))
    desk.page.wait_for_selector("[data-cke-upload-id]")
    desk.page.evaluate("window.stays = true")
    desk.page.keyboard.press("Control+s")
    desk.page.wait_for_selector(".cke_notification_warning")
    desk.page.wait_for_timeout(500)
    assert desk.page.evaluate("window.stays")
    assert desk.wrong == []


def test_characters_are_counted_and_leaving_needs_confirmation(desk):
    desk.page.route("**/article/keep/", lambda route: route.abort())  # what is kept needs no question
    desk.type("今日，大桥通车。 Bridge")
    desk.page.wait_for_function("() => document.querySelector('[data-words]').textContent.includes('14')")
    with desk.page.expect_event("dialog"):
        desk.page.click("#site-name", no_wait_after=True)
    desk.page.wait_for_timeout(300)
    assert desk.page.url == desk.site + ADD
    assert desk.wrong == ["dialog: "]


def test_unsaved_text_is_offered_after_a_crash_and_removed_after_saving(desk):
    desk.page.fill("#id_title", "大桥通车")
    desk.page.select_option("#id_section", label="要闻")
    desk.type("写了一夜的稿子。")
    eventually(lambda: "写了一夜的稿子" in str(UnsavedText.objects.values_list("fields")), "kept")
    after = desk.context.new_page()
    desk.page.close(run_before_unload=False)
    desk.page = after
    after.goto(f"{desk.site}{ADD}")
    desk.ready()
    assert desk.text == ""
    after.click(".kept-copy .default")
    after.wait_for_url("**unsaved=*")
    desk.ready()
    assert "写了一夜的稿子" in desk.text
    assert after.input_value("#id_title") == "大桥通车"
    assert after.evaluate("document.querySelector('#id_section').selectedOptions[0].text") == "要闻"
    after.keyboard.press("Control+s")
    after.wait_for_url(re.compile(r"/\d+/change/"))
    desk.ready()
    assert not UnsavedText.objects.exists()
    after.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('newsroom:unsaved:'))")
    after.goto(f"{desk.site}{ADD}")
    desk.ready()
    assert after.locator(".kept-copy").count() == 0


def test_text_and_choices_survive_the_end_of_the_session(desk):
    """The session is over when the editor saves; after the log-in over the text, it is saved with all choices."""
    page = desk.page
    source, person = Source.objects.get(name="霁川新闻网"), Person.objects.get(name="林晓舟")
    page.fill("#id_title", "大桥通车")
    page.select_option("#id_section", label="要闻")
    page.click("#credits-group .add-row a")
    choose = "([id, value, text]) => django.jQuery(id).append(new Option(text, value, true, true)).trigger('change')"
    rows = page.locator("select[name^=credits-][name$=-person]:not([name*=__prefix__])").count()
    last = rows - 1
    for field, chosen in (("#id_source", source), (f"#id_credits-{last}-person", person)):
        page.evaluate(choose, [field, str(chosen.pk), str(chosen)])
    page.select_option(f"#id_credits-{last}-role", "photo")
    desk.type("写了一夜的稿子。")
    DeskSession.objects.all().delete()
    page.keyboard.press("Control+s")
    with page.expect_popup() as opened:
        page.click("#log_in_again a")
    opened.value.fill("#id_username", "editor")
    opened.value.fill("#id_password", "secret-of-editor")
    opened.value.click("[type=submit]")
    page.wait_for_url(re.compile(r"/\d+/change/"))
    article = Article.objects.get(title="大桥通车")
    assert (article.section.name, article.source) == ("要闻", source)
    assert article.credits.filter(person=person, role="photo").exists()


def test_a_refused_save_keeps_the_text_on_the_page_and_on_the_server(desk):
    desk.type("写了一夜的稿子。")
    desk.page.keyboard.press("Control+s")
    desk.page.wait_for_selector(".errornote")
    desk.ready()
    assert "写了一夜的稿子" in desk.text
    assert desk.page.locator(".kept-copy").count() == 0
    eventually(lambda: "写了一夜的稿子" in str(UnsavedText.objects.values_list("fields")), "kept")


def test_text_refused_because_someone_saved_meanwhile_is_kept(browser, site):
    cast = Cast()
    article = cast.article(by=cast.editor)
    desk = Desk(browser, site, f"/admin/articles/article/{article.pk}/change/")
    cast.change(article, title="别人改过的标题")
    desk.page.fill("#id_title", "自己改过的标题")  # what only one of them changed would be put together
    desk.type("写了一夜的稿子。")
    desk.page.keyboard.press("Control+s")
    desk.page.wait_for_selector(".errornote")
    desk.ready()
    assert "写了一夜的稿子" in desk.text
    eventually(lambda: "写了一夜的稿子" in str(UnsavedText.objects.values_list("fields")), "kept")
    desk.context.close()


def test_opening_and_saving_changes_nothing(browser, site):
    cast = Cast()
    shown = pictures.store_picture(upload(), by=cast.editor).url
    body = (
        f'<p>甲<strong>乙</strong>“丙”&amp;</p><h2>丁</h2><figure><img src="{shown}" alt="桥" width="600" height="400"></figure>'
        f'<figure><img src="{shown}" alt="" width="600" height="400"><figcaption>图注　<a href="/a/1/">某某</a> 摄</figcaption>'
        f'</figure><p><img src="{shown}" alt="" width="600" height="400"></p>'
        '<table><caption>表一</caption><thead><tr><th scope="col">乡</th><th scope="col" colspan="2">人</th></tr></thead>'
        "<tbody><tr><td>望桥</td><td>1</td><td></td></tr></tbody></table><figure><table><tbody><tr><td>格</td></tr></tbody>"
        '</table><figcaption>表注</figcaption></figure><ol start="3"><li>一</li><li>二<ul><li>三</li></ul></li></ol>'
        '<blockquote><p>引</p></blockquote><hr><p><a href="https://example.cn/?a=1&amp;b=2" rel="noopener">链接</a></p>'
        f'<figure><table><tbody><tr><td><img src="{shown}" alt=""></td></tr></tbody></table></figure>'
    )
    article = cast.article(body=body)
    desk = Desk(browser, site, f"/admin/articles/article/{article.pk}/change/", "boss")
    assert desk.page.locator(".cke_editable .cke_widget_picture").count() == 2
    assert desk.page.locator(".cke_editable > p").last.evaluate("(line) => !line.nextElementSibling")
    again = sanitising.sanitise(desk.text)
    assert again.html == sanitising.sanitise(body).html
    assert again.removed == ()
    desk.page.click(".cke_button__source")
    desk.page.wait_for_selector("textarea.cke_source")
    desk.page.click(".cke_button__source")
    desk.page.wait_for_selector(".cke_editable figure")
    assert sanitising.sanitise(desk.text).html == again.html
    assert desk.wrong == []
    desk.context.close()
