"""At the desk: the editor gets the text of a Word file, the list makes drafts of several, an article goes out as
one.
"""

import pytest
from django.urls import reverse

from articles.models import Article, AuditEntry, Picture
from tests.cast import make_user, png, upload
from tests.word_files import drawing, paragraph, relationship, styled, word_file

pytestmark = pytest.mark.django_db

TAKE, FILES = "admin:articles_article_word_take", "admin:articles_article_word_files"
LONG = "3月25日，望桥乡便民桥建成通车，沿线三个村的群众出行不再绕路。"


def letter(title="便民桥通车", closing="（通讯员 祝小满 林晓舟）"):
    body = (
        styled("t", title)
        + paragraph(LONG)
        + paragraph(drawing("p1"))
        + paragraph("来源：霁川新闻网")
        + paragraph(closing)
    )
    return word_file(body, links=relationship("p1", "image", "media/1.png"), parts={"word/media/1.png": png()})


@pytest.fixture
def desk(client, cast):
    def log_in(user=cast.writer):
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return log_in


def send(client, section, *files, **headers):
    return client.post(reverse(FILES), {"section": section.pk, "files": list(files)}, **headers)


# --- For the editor --------------------------------------------------------------------------------------------------


def test_the_editor_gets_the_text_and_what_it_says_of_itself(desk, cast):
    answer = desk().post(reverse(TAKE), {"upload": upload(letter(), "桥.docx")}).json()
    picture = Picture.objects.get()
    assert (answer["uploaded"], answer["title"], answer["notes"]) == (1, "便民桥通车", [])
    assert f'<img src="/admin{picture.url}"' in answer["html"]
    assert answer["source"] == {"name": "霁川新闻网", "key": cast.own.pk}
    assert [(credit["role"], credit["key"]) for credit in answer["credits"]] == [
        ("correspondent", None),
        ("correspondent", cast.lin.pk),
    ]
    assert not Article.objects.exists()


def test_a_refused_file_is_told_in_the_format_of_uploads(desk):
    response = desk().post(reverse(TAKE), {"upload": upload(b"text", "桥.docx")})
    assert response.status_code == 422
    assert "“桥.docx” is not a Word document" in response.json()["error"]["message"]


def test_without_a_file_and_without_a_duty(desk, cast):
    assert desk().post(reverse(TAKE)).status_code == 400
    assert desk().get(reverse(TAKE)).status_code == 400
    assert desk(cast.stranger).post(reverse(TAKE), {"upload": upload(letter(), "桥.docx")}).status_code == 403
    assert not Picture.objects.exists()


# --- Several files ---------------------------------------------------------------------------------------------------


def test_ten_files_make_ten_drafts_with_a_line_each(desk, cast):
    files = [upload(letter(f"第{n}座桥通车"), f"{n}.docx") for n in range(10)]
    page = send(desk(), cast.news, *files, upload(b"", "空.docx"), upload(b"PK\x03\x04", "坏.docx")).content.decode()
    assert Article.objects.count() == 10
    for n in range(10):
        assert f"Draft created: “第{n}座桥通车”." in page
    assert "“坏.docx” is damaged or incomplete" in page
    assert "空.docx" in page


def test_a_script_gets_the_lines_as_json(desk, cast):
    answer = send(desk(), cast.news, upload(letter(), "桥.docx"), HTTP_ACCEPT="application/json").json()
    article = Article.objects.get()
    assert answer["errors"] == []
    assert answer["lines"] == [
        {
            "name": "桥.docx",
            "done": True,
            "notes": [],
            "address": reverse("admin:articles_article_change", args=[article.pk]),
            "said": "Draft created: “便民桥通车”.",
        }
    ]


def test_a_single_file_opens_its_draft_also_when_it_is_sent_again(desk, cast):
    data, client = letter(), desk()
    first = client.post(reverse(FILES), {"section": cast.news.pk, "files": [upload(data, "桥.docx")]}, follow=True)
    address = reverse("admin:articles_article_change", args=[Article.objects.get().pk])
    assert first.redirect_chain == [(address, 302)]
    assert "Draft created: “便民桥通车”." in first.content.decode()
    again = client.post(reverse(FILES), {"section": cast.news.pk, "files": [upload(data, "桥.docx")]}, follow=True)
    assert again.redirect_chain == [(address, 302)]
    assert "Already a draft" in again.content.decode()


def test_a_script_that_opens_the_draft_of_a_single_file_leaves_what_was_said_to_its_form(desk, cast):
    client = desk()
    for facts, told in (({}, False), ({"alone": "1"}, True)):
        facts = {"section": cast.news.pk, "files": [upload(letter(f"第{len(facts)}座桥"), "桥.docx")], **facts}
        line = client.post(reverse(FILES), facts, HTTP_ACCEPT="application/json").json()["lines"][0]
        assert ("Draft created" in client.get(line["address"]).content.decode()) == told


def test_a_draft_of_others_is_not_told_by_its_title(desk, cast):
    data = letter("不该看见的题目")
    send(desk(cast.culture_editor), cast.culture, upload(data, "桥.docx"))
    answer = send(desk(cast.towns_writer), cast.news, upload(data, "桥.docx"))
    assert "Already imported, as number" in answer.content.decode()
    assert "不该看见的题目" not in answer.content.decode()


def test_a_section_is_one_the_user_writes_in(desk, cast):
    page = send(desk(cast.towns_writer), cast.culture, upload(letter(), "桥.docx"))
    assert not Article.objects.exists()
    assert "errorlist" in page.content.decode()


def test_the_form_without_files_and_for_strangers(desk, cast):
    assert "No file arrived" in send(desk(), cast.news).content.decode()
    assert desk().get(reverse(FILES)).status_code == 200
    assert desk(cast.stranger).get(reverse(FILES)).status_code == 403
    assert send(desk(cast.stranger), cast.news, upload(letter(), "桥.docx")).status_code == 403


def test_the_list_has_the_form_for_those_who_write(desk, cast):
    address = reverse("admin:articles_article_changelist")
    assert 'id="word-files"' in desk().get(address).content.decode()
    assert 'id="word-files"' not in desk(make_user("reader", ["first"])).get(address).content.decode()


# --- Out -------------------------------------------------------------------------------------------------------------


def test_an_article_its_editions_and_its_changes_go_out(desk, cast):
    article = cast.article(title="便民桥/通车")
    cast.publish(article)
    cast.change(article, title="便民桥通车了")
    client = desk(cast.editor)
    for name, parts in (("word", []), ("edition_word", [1]), ("comparison_word", [1, 2])):
        response = client.get(reverse(f"admin:articles_article_{name}", args=[article.pk, *parts]))
        assert response.status_code == 200, name
        assert response.content.startswith(b"PK")
        assert response["Cache-Control"].startswith("private, no-store")
        assert response["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="article.word_exported").count() == 3


def test_what_is_not_there_is_404_and_what_is_not_ones_own_403(desk, cast):
    article = cast.article()
    number = article.pk
    client = desk()
    for name, parts in (("edition_word", [1]), ("comparison_word", [1, 7]), ("comparison_word", [7, 1])):
        assert client.get(reverse(f"admin:articles_article_{name}", args=[number, *parts])).status_code == 404
    stranger = desk(cast.stranger)
    for name, parts in (("word", []), ("edition_word", [1]), ("comparison_word", [1, 1])):
        assert stranger.get(reverse(f"admin:articles_article_{name}", args=[number, *parts])).status_code == 403
    assert not AuditEntry.objects.filter(action="article.word_exported").exists()


def test_the_pages_lead_to_the_word_files(desk, cast):
    article = cast.article()
    cast.publish(article)
    cast.change(article, title="改过")
    client = desk(cast.editor)
    for page, name, parts in (
        ("change", "word", []),
        ("revisions", "edition_word", [1]),
        ("review", "comparison_word", [1, 2]),
    ):
        shown = client.get(reverse(f"admin:articles_article_{page}", args=[article.pk])).content.decode()
        assert reverse(f"admin:articles_article_{name}", args=[article.pk, *parts]) in shown, page
    shown = client.get(reverse("admin:articles_article_changes", args=[article.pk]), {"before": 1}).content.decode()
    assert reverse("admin:articles_article_comparison_word", args=[article.pk, 1, 2]) in shown
