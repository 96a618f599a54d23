"""Word files in the browser: dropped on the editor and put in or attached, dropped on the list and made drafts."""

import base64

import pytest
from django.urls import reverse

from articles.models import Article, Attachment, Picture
from tests.browser import chromium
from tests.cast import Cast, png
from tests.desk_page import HAND_OVER, Desk
from tests.word_files import drawing, paragraph, relationship, styled, word_file

pytestmark = pytest.mark.django_db(transaction=True)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LONG = "3月25日，望桥乡便民桥建成通车，沿线三个村的群众出行不再绕路。"


def letter(title="便民桥通车"):
    body = styled("t", title) + paragraph(LONG) + paragraph(drawing("p1")) + paragraph("图：新桥")
    body += paragraph("来源：霁川新闻网") + paragraph("（通讯员 祝小满 林晓舟）")
    return word_file(body, links=relationship("p1", "image", "media/1.png"), parts={"word/media/1.png": png()})


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def desk(browser, live_server):
    Cast()
    opened = Desk(browser, live_server.url)
    yield opened
    assert opened.wrong == []


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_the_text_of_a_dropped_file_is_put_in_and_what_it_names_is_entered(desk, kind):
    page = desk.page
    desk.hand_over(kind, ("桥.docx", DOCX, letter()))
    page.click("dialog[open] .button.default")
    page.wait_for_selector(".kept-copy")
    assert page.input_value("#id_title") == "便民桥通车"
    assert LONG in desk.text
    assert f'src="/admin{Picture.objects.get().url}"' in desk.text
    assert "<figcaption>图：新桥</figcaption>" in desk.text
    assert "祝小满" in page.inner_text(".kept-copy")
    page.click(".kept-copy .button.default")
    page.select_option("#id_section", label="要闻")
    page.click("button[name=_save]")
    page.wait_for_url("**/change/")
    article = Article.objects.get()
    assert article.source.name == "霁川新闻网"
    assert [credit.person.name for credit in article.credits.all()] == ["林晓舟"]
    assert not Attachment.objects.exists()


def test_the_file_can_be_attached_or_left(desk):
    page = desk.page
    desk.hand_over("drop", ("桥.docx", DOCX, letter()))
    page.click("dialog[open] button[value='']")
    desk.dialog_is_closed()
    assert desk.text == ""
    desk.hand_over("drop", ("桥.docx", DOCX, letter()))
    page.click("dialog[open] button[value=attach]")
    page.wait_for_function("() => CKEDITOR.instances.id_body.getData().includes('桥.docx</a>')")
    assert page.input_value("#id_title") == ""
    assert Attachment.objects.get().name == "桥.docx"


def test_a_typed_title_stays_and_a_refused_file_is_told(desk):
    page = desk.page
    page.fill("#id_title", "自己的题目")
    with page.expect_file_chooser() as chooser:
        page.click(".cke_button__word")
    chooser.value.set_files([{"name": "桥.docx", "mimeType": DOCX, "buffer": letter()}])
    page.wait_for_selector(".kept-copy")
    assert page.input_value("#id_title") == "自己的题目"
    assert desk.text.startswith("<p>便民桥通车</p>")
    desk.hand_over("drop", ("坏.docx", DOCX, b"PK\x03\x04"))
    page.click("dialog[open] .button.default")
    desk.is_warned("坏.docx")


def test_files_dropped_on_the_list_become_drafts_with_a_line_each(desk):
    page = desk.page
    page.goto(desk.site + reverse("admin:articles_article_changelist"))
    files = [(f"{n}.docx", DOCX, letter(f"第{n}座桥通车")) for n in range(3)] + [("坏.docx", DOCX, b"PK\x03\x04")]
    packed = [[name, mime, base64.b64encode(data).decode()] for name, mime, data in files]
    page.evaluate(HAND_OVER, ["drop", "#result_list, #changelist", packed, ""])
    page.wait_for_function(
        "() => document.querySelectorAll('.word-files li.done, .word-files li.refused').length === 4"
    )
    assert page.locator(".word-files li.done").count() == 3
    assert "第1座桥通车" in page.inner_text(".word-files li.done:nth-child(2)")
    assert "坏.docx" in page.inner_text(".word-files li.refused")
    assert Article.objects.count() == 3


def test_a_single_file_dropped_on_the_list_opens_its_draft(desk):
    page = desk.page
    page.goto(desk.site + reverse("admin:articles_article_changelist"))
    packed = [["桥.docx", DOCX, base64.b64encode(letter()).decode()]]
    page.evaluate(HAND_OVER, ["drop", "#result_list, #changelist", packed, ""])
    page.wait_for_url("**/change/")
    assert page.input_value("#id_title") == "便民桥通车"
    assert "便民桥通车" in page.inner_text(".messagelist")
