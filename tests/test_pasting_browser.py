"""Pasting into the body editor, in a browser: what comes in, what is told, and what happens to pictures."""

import base64
import re

import pytest
from django.contrib.auth.models import User

from articles import fetching, pictures, sanitising
from articles.models import Picture
from tests import pastes
from tests.browser import chromium
from tests.cast import Cast, png, upload
from tests.desk_page import Desk

pytestmark = pytest.mark.django_db(transaction=True)

HELD = pastes.HELD.format
PASTE = """([html, text, rtf, files]) => {
  const transfer = new DataTransfer();
  for (const data of files) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], "image.png", { type: "image/png" }));
  }
  for (const [type, data] of [["text/html", html], ["text/plain", text], ["text/rtf", rtf]])
    if (data) transfer.setData(type, data);
  const target = document.querySelector(".cke_editable");
  target.focus();
  target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser, live_server, settings):
    settings.SITE_URL = live_server.url
    settings.LANGUAGE_CODE = "en"
    Cast()
    desk = Desk(browser, live_server.url, locale="en-US")
    yield desk
    desk.context.close()


def paste(desk, html="", *, text="", rtf="", files=()):
    """Paste, and wait until the answer is in the text."""
    with desk.page.expect_request("**/article/paste/"):
        desk.page.evaluate(PASTE, [html, text, rtf, [base64.b64encode(data).decode() for data in files]])
    desk.page.wait_for_function("() => !CKEDITOR.instances.id_body.newsroomPasting")


def kept(desk):
    return sanitising.sanitise(desk.text).html


def clear(desk):
    desk.page.evaluate("CKEDITOR.instances.id_body.setData('')")
    desk.page.wait_for_function("() => !CKEDITOR.instances.id_body.getData()")


def test_every_paste_comes_in_as_the_server_reads_it(desk):
    listed = pastes.LISTS + pastes.MEANINGS + pastes.HIDDEN_PARTS + pastes.PLAYERS
    for name, html, wanted, *_told in listed:
        clear(desk)
        paste(desk, html)
        assert kept(desk) == wanted, name
    assert desk.wrong == []


def test_what_is_left_out_is_told(desk):
    paste(desk, "<p>公开<span style='display:none'>密件</span></p>")
    desk.is_warned("Hidden text was left out.")


def test_the_text_comes_in_whatever_becomes_of_its_pictures(desk):
    paste(desk, "<p>一</p><img src='data:image/jpeg;base64,@@@@'><p>二<img src='file:///C:/1.png'></p>")
    assert kept(desk) == f"<p>一</p><p>{HELD(1)}</p><p>二</p><p>{HELD(2)}</p>"
    desk.is_warned("Pictures that were not copied: 1.")
    desk.page.wait_for_function("(held) => document.body.innerText.includes(held + ' “pasted.jpeg”')", arg=HELD(1))
    paste(desk, "<p>三</p><img src='file:///C:/2.png'>")
    assert HELD(3) in kept(desk)
    assert desk.wrong == []


def test_a_picture_within_the_paste_takes_its_place_with_its_caption(desk):
    data = base64.b64encode(png(90, 60)).decode()
    html = f'<figure><img src="data:image/png;base64,{data}"><figcaption>桥<b>头</b></figcaption></figure><p>乙</p>'
    paste(desk, html)
    desk.page.wait_for_selector(".cke_editable .cke_widget_picture img[src^='/admin/media/pictures/']")
    image = f'<img src="{Picture.objects.get().url}" alt="" width="90" height="60">'
    assert kept(desk) == (f"<figure>{image}<figcaption>桥<strong>头</strong></figcaption></figure><p>乙</p>")
    assert desk.wrong == []


def test_pictures_of_word_are_taken_out_of_the_rtf_beside_the_text(desk):
    digits = png(90, 60).hex()
    rtf = (
        r"{\rtf1{\*\shppict{\pict{\*\picprop}\picw90\pngblip " + digits + r"}}{\nonshppict{\pict\wmetafile8 0100}}"
        r"\par{\*\shppict{\pict\emfblip 0100}}}"
    )
    paste(desk, "<p>甲</p><p><img src='file:///C:/1.png'></p><p><img src='file:///C:/2.png'></p>", rtf=rtf)
    desk.page.wait_for_selector(".cke_editable figure img[src^='/admin/media/pictures/']")
    image = f'<img src="{Picture.objects.get().url}" alt="" width="90" height="60">'
    assert kept(desk) == f"<p>甲</p><figure>{image}</figure><p>{HELD(2)}</p>"
    assert desk.wrong == []


def test_pictures_of_another_site_are_fetched_once_the_right_is_said(desk, monkeypatch):
    monkeypatch.setattr(pictures.fetched, "fetch_public", lambda address: fetching.Fetched(png(90, 60), address))
    paste(desk, "<p>甲</p><p><img data-src='https://p.e.example/a'></p>")
    assert kept(desk) == f"<p>甲</p><p>{HELD(1)}</p>"
    dialog = desk.page.locator("dialog.desk-picture[open]")
    assert "p.e.example" in dialog.inner_text()
    dialog.locator("input").nth(0).fill("经授权")
    dialog.locator("input").nth(1).fill("望桥发布")
    dialog.locator("button[value=accept]").click()
    desk.page.wait_for_selector(".cke_editable figure img[src^='/admin/media/pictures/']")
    picture = Picture.objects.get()
    assert (picture.licence, picture.credit, picture.fetched_from) == ("经授权", "望桥发布", "https://p.e.example/a")
    assert HELD(1) not in kept(desk)
    assert desk.wrong == []


def test_nothing_is_asked_where_fetching_is_off(browser, live_server, settings):
    settings.FETCH_PICTURES = False
    settings.LANGUAGE_CODE = "en"
    Cast()
    desk = Desk(browser, live_server.url, locale="en-US")
    paste(desk, "<p>甲</p><p><img src='https://p.e.example/a'></p>")
    desk.is_warned("Pictures of another site: 1.")
    assert desk.page.locator("dialog[open]").count() == 0
    desk.context.close()


def test_a_paste_is_one_step_to_undo_and_goes_in_where_the_caret_is(desk):
    desk.type("甲丁")
    desk.page.keyboard.press("ArrowLeft")
    paste(desk, "<span>乙</span><b>丙</b>")
    assert desk.text == "<p>甲乙<strong>丙</strong>丁</p>"
    desk.page.keyboard.press("Control+z")
    assert desk.text == "<p>甲丁</p>"
    paste(desk, "<p>一</p><p>二</p>")
    assert re.sub("</?p>", "", desk.text) == "甲一二丁"


def test_a_line_of_plain_text_is_a_paragraph(desk):
    paste(desk, text="第一段\n第二段 <b>")
    assert desk.text == "<p>第一段</p><p>第二段 &lt;b&gt;</p>"


def test_without_the_server_the_text_alone_comes_in_and_the_next_paste_works(desk):
    desk.page.route("**/article/paste/", lambda route: route.abort())
    paste(desk, "<p>甲<b>乙</b></p><p>丙</p>", text="甲乙\n丙")
    assert desk.text == "<p>甲乙</p><p>丙</p>"
    desk.is_warned("only its text was inserted")
    desk.page.unroute("**/article/paste/")
    clear(desk)
    paste(desk, "<p>丁<b>戊</b></p>")
    assert desk.text == "<p>丁<strong>戊</strong></p>"


def test_saving_and_typing_wait_for_a_paste(desk):
    held = []
    desk.page.route("**/article/paste/", lambda route: held.append(route))
    with desk.page.expect_request("**/article/paste/"):
        desk.page.evaluate(PASTE, ["<p>甲</p>", "", "", []])
    desk.page.wait_for_selector(".cke_notification_info")
    desk.page.keyboard.type("乙")
    desk.page.evaluate("window.stays = true")
    desk.page.evaluate("document.getElementById('article_form').requestSubmit?.()")
    assert desk.page.evaluate("window.stays")
    held[0].continue_()
    desk.page.wait_for_function("() => CKEDITOR.instances.id_body.getData().includes('甲')")
    assert desk.text == "<p>甲</p>"


def test_what_is_copied_from_our_own_pages_stays_ours(desk):
    own = pictures.store_picture(upload(), by=User.objects.get(username="editor"))
    paste(desk, f'<p>丁</p><p><img src="{desk.site}{own.url}" alt="桥"></p>')
    assert f'<img src="{own.url}" alt="桥"' in kept(desk)
    assert desk.wrong == []


def test_what_the_editor_shows_can_be_pasted_again(desk):
    body = '<h2>一</h2><p class="align-right">办公室</p><ol start="3"><li>甲<ul><li>乙</li></ul></li></ol><p>H<sub>2</sub>O</p>'
    paste(desk, body)
    shown = desk.page.evaluate("CKEDITOR.instances.id_body.editable().$.innerHTML")
    clear(desk)
    paste(desk, shown)
    assert kept(desk) == body


def test_the_buttons_align_a_paragraph(desk):
    desk.type("望桥乡人民政府")
    for button, wanted in (("right", ' class="align-right"'), ("center", ' class="align-center"'), ("center", "")):
        desk.page.evaluate("CKEDITOR.instances.id_body.selectionChange(true)")
        desk.page.click(f".cke_button__justify{button}")
        assert desk.text == f"<p{wanted}>望桥乡人民政府</p>"


def test_typography_is_mended_in_one_step_after_it_was_shown(desk):
    desk.page.evaluate("CKEDITOR.instances.id_body.setData('<p>桥通了,人来了</p><p>5~8人</p>')")
    desk.page.click(".cke_button__typography")
    changes = desk.page.locator("dialog[open] .typography-changes li")
    changes.first.wait_for()
    assert changes.all_inner_texts() == ["桥通了,，人来了", "5~～8人"]
    assert desk.text == "<p>桥通了,人来了</p><p>5~8人</p>"
    desk.page.click("dialog [value=apply]")
    desk.page.wait_for_function("() => CKEDITOR.instances.id_body.getData().includes('，')")
    assert desk.text == "<p>桥通了，人来了</p><p>5～8人</p>"
    desk.page.wait_for_function(
        "() => CKEDITOR.instances.id_body.getCommand('undo').state !== CKEDITOR.TRISTATE_DISABLED"
    )
    desk.page.evaluate("CKEDITOR.instances.id_body.execCommand('undo')")
    assert desk.text == "<p>桥通了,人来了</p><p>5~8人</p>"
    assert desk.page.get_attribute(".cke_editable", "spellcheck") != "false"
    assert desk.wrong == []
