"""A saved web page of an unknown template gives its article; its files are imported from the folder."""

import contextlib
import io
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from articles.exchange import linked_files
from articles.exchange.decoding import decode_page
from articles.exchange.linked_files import bring_linked_files, find_linked_file
from articles.exchange.markup import markup_of
from articles.exchange.web_page import UnreadablePage, read_web_page
from articles.models import Article, Attachment, OldPath, Picture, Source
from articles.pictures import store_picture
from articles.sanitising import sanitise

TITLE = "望桥乡便民桥建成通车"
TEXT = ("11月2日，望桥乡便民桥建成通车，沿线三个村的群众出行不再绕路。", "大桥全长120米，总投资860万元，历时两年建成。")
LINKS = "".join(f'<li><a href="/n/{n}.html">又一条新闻，标题很长很长，说的是第{n}件事</a></li>' for n in range(20))
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in TEXT)


def at(*numbers):
    return datetime(*numbers)  # noqa: DTZ001 (as the page prints it)


def page(inside, *, head="", title=f"{TITLE}_霁川新闻网"):
    return f"<html><head><meta charset='utf-8'>{head}<title>{title}</title></head><body>{inside}</body></html>"


PORTAL = page(
    f"<div class='nav'><ul>{LINKS}</ul></div><h1>{TITLE}</h1>"
    "<div class='info'><span>来源：霁川新闻网</span><span>时间：2019-03-12 09:30</span><a>打印</a></div>"
    f"<div id='zoom'>{PARAGRAPHS}<p style='text-align:right'>（记者 方知远）</p></div>"
    f"<div class='related'><ul>{LINKS}</ul></div><div>版权所有 霁川县融媒体中心</div>"
)
TABLES = page(
    f"<form><table><tr><td><ul>{LINKS}</ul></td><td><table><tr><td align=center>{TITLE}</td></tr>"
    "<tr><td>发布时间：2019-03-12 09:30 来源：霁川新闻网 浏览：12</td></tr>"
    f"<tr><td>{'<br>'.join(TEXT)}<br>（记者 方知远）</td></tr></table></td></tr></table></form>"
)
GOVERNMENT = page(
    f"<div><h3>{TITLE}</h3><div>{PARAGRAPHS}<p>（记者 方知远）</p></div><p>编辑：林晓舟</p></div><ul>{LINKS}</ul>",
    head="<meta name='ContentSource' content='霁川新闻网'><meta name='PubDate' content='2019-03-12 09:30'>",
    title="霁川县人民政府",
)
WECHAT = page(
    f"<h1 class='rich_media_title'>{TITLE}</h1><div class='rich_media_content' id='js_content'>"
    f"<section>{PARAGRAPHS}</section><p>（记者 方知远）</p></div><p>来源：霁川新闻网</p>"
    '<script>var ct = "1552354200";</script>',
    title="",
)


@pytest.mark.parametrize("html", [PORTAL, TABLES, GOVERNMENT, WECHAT], ids=["portal", "tables", "government", "wechat"])
def test_the_article_of_a_page_is_found(html):
    article = read_web_page(html.encode())
    assert (article.title, article.source, article.published_at) == (TITLE, "霁川新闻网", at(2019, 3, 12, 9, 30))
    assert ("reporter", "方知远", "") in article.credits
    assert [line for line in article.paragraphs if line in TEXT] == list(TEXT)
    html = sanitise(article.html).html
    assert html.count("<p") == html.count("</p>") == 3
    for other in ("又一条新闻", "版权所有", "来源", "2019-03-12", f">{TITLE}<"):
        assert other not in html


def test_the_page_is_read_in_the_encoding_that_it_declares_or_seems_to_be_in():
    for encoding in ("gb2312", "gbk"):
        html = PORTAL.replace("utf-8", encoding).encode("gb18030")
        assert read_web_page(html).title == TITLE
    assert read_web_page(PORTAL.replace("<meta charset='utf-8'>", "").encode("gb18030")).title == TITLE


def test_a_title_from_the_name_of_the_tab_is_doubtful():
    article = read_web_page(page(f"<div>{PARAGRAPHS}</div>").encode())
    assert (article.title, len(article.doubts)) == (TITLE, 1)


def test_a_title_of_dashes_is_read():
    title = f"{TITLE}{'-' * 90}_"  # took longer than anybody waits, since dashes can be parted in many ways
    assert read_web_page(page(f"<div>{PARAGRAPHS}</div>", title=title).encode()).title == title[:120]


@pytest.mark.parametrize("html", ["", "<html></html>", f"<ul>{LINKS}</ul>", "<p>短。</p>", "<?xml version='1.0'?><a/>"])
def test_a_page_without_an_article_is_refused(html):
    with pytest.raises(UnreadablePage):
        read_web_page(html.encode())


@pytest.mark.parametrize(
    "html", ["<div>" * 3000 + "文" * 99, "<p>" + "<b>" * 3000 + "文" * 99, "<a href=x>" * 999 + "文。" * 99]
)
def test_deep_pages_are_read_or_refused(html):
    with contextlib.suppress(UnreadablePage):
        assert read_web_page(html.encode()).paragraphs


# --- Linked files -----------------------------------------------------------------------------------------------


def png(colour):
    data = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "site" / "uploads").mkdir(parents=True)
    (tmp_path / "site" / "uploads" / "1.png").write_bytes(png("red"))
    (tmp_path / "site" / "2.png").write_bytes(png("blue"))
    (tmp_path / "site" / "名单.csv").write_bytes("姓名,数\n方知远,1\n".encode())
    (tmp_path / "secret.png").write_bytes(png("green"))
    (tmp_path / "site" / "link.png").symlink_to(tmp_path / "secret.png")
    return tmp_path / "site"


@pytest.mark.django_db
def test_pictures_and_documents_come_along_and_what_is_missing_is_said(folder, cast):
    html = (
        '<p>一<img src="/uploads/1.png">二<img src="grey.gif" data-src="http://old.example/2.png"></p>'
        '<p><a href="%E5%90%8D%E5%8D%95.csv">名单</a> <a href="/away.pdf">文件</a> <img src="../secret.png">'
        '<img src="link.png"></p>'
    )
    body, notes = bring_linked_files(html, page=folder / "a.html", root=folder, by=cast.writer)
    assert Picture.objects.count() == 2
    for stored in [*Picture.objects.all(), Attachment.objects.get()]:
        assert stored.url in body
    missing = ("../secret.png", "link.png", "/away.pdf")
    assert [name in note for name, note in zip(missing, notes, strict=True)] == [True] * 3


@pytest.mark.django_db
def test_a_file_that_a_page_names_three_times_is_stored_or_refused_once(folder, cast, monkeypatch):
    stored = []
    monkeypatch.setattr(
        linked_files, "store_picture", lambda file, by: stored.append(file) or store_picture(file, by=by)
    )
    (folder / "broken.png").write_bytes(b"\x89PNG broken")
    html = "<p><img src='2.png'><img src='/2.png'><img src='http://old.example/2.png'><img src='broken.png'></p>" * 2
    body, notes = bring_linked_files(html, page=folder / "a.html", root=folder, by=cast.writer)
    assert (len(stored), len(notes)) == (2, 1)
    assert body.count(Picture.objects.get().url) == 6


@pytest.mark.django_db
def test_the_command_reads_pages_and_text_with_tags_and_keeps_the_old_address(folder, capsys):
    html = PORTAL.replace("<h1>", "<link rel=canonical href='http://old.example/show.asp?id=12'><h1>")
    (folder / "a.html").write_text(html.replace("</p>", '</p><img src="/uploads/1.png">', 1), encoding="utf-8")
    head = f"{TITLE}（二）\n来源：霁川新闻网 时间：2019-03-12"
    text = f'{head}\n正文第一段。\n<p><img src="2.png"/></p>\n附件：[名单.csv](名单.csv)\n'
    (folder / "B.TXT").write_text(text, encoding="utf-8")
    call_command("import_articles", str(folder), "--section", "news", "--archive")
    first, second = Article.objects.order_by("title")
    assert (first.title, first.body.count("<img"), second.body.count("<img")) == (TITLE, 1, 1)
    assert Attachment.objects.get().url in second.body
    old = OldPath.objects.get()
    assert (old.target, "id=12" in old.path) == (f"/a/{first.number}/", True)
    assert "link.png" in capsys.readouterr().err
    call_command("import_articles", str(folder), "--section", "news", "--archive")
    assert Article.objects.count() == 2


@pytest.mark.django_db
def test_a_dry_run_changes_nothing_and_strict_refuses_doubts(tmp_path, capsys):
    file = tmp_path / "a.txt"
    file.write_text(f"{TITLE}\n来源：霁川新闻网 望桥乡 时间：2019-03-12\n正文。\n", encoding="utf-8")
    call_command("import_articles", str(file), "--section", "news", "--dry-run")
    printed = capsys.readouterr()
    assert f"{TITLE} | – | 霁川新闻网 望桥乡 | 2019-03-12 00:00 | – | 3" in printed.out
    assert "望桥乡" in printed.err
    assert not Article.objects.exists()
    with pytest.raises(CommandError):
        call_command("import_articles", str(file), "--section", "news", "--strict")
    assert not Article.objects.exists()
    call_command("import_articles", str(file), "--section", "news")
    assert (Article.objects.get().source, Source.objects.count()) == (None, 0)


@pytest.mark.django_db
def test_the_files_own_section_is_said_when_another_is_asked_for(tmp_path, cast, capsys):
    file = tmp_path / "a.txt"
    file.write_text(f"乡镇动态\n{TITLE}\n来源：霁川新闻网\n正文。\n", encoding="utf-8")
    call_command("import_articles", str(file), "--section", "news")
    assert "乡镇动态" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["", "/", "a%00.png", "a" * 501, "http://[x/a.png", "none.png"])
def test_an_address_that_names_no_file_finds_none(tmp_path, address):
    assert find_linked_file(address, tmp_path, tmp_path) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("见[此页](https://a.example/?x=1&y=2)", '<p>见<a href="https://a.example/?x=1&amp;y=2">此页</a></p>'),
        ("[甲&乙<丙>](/a/1/)", '<p><a href="/a/1/">甲&amp;乙&lt;丙&gt;</a></p>'),
        ('![“桥”&"河"](a.png?x="y&z)', '<p><img src="a.png?x=&quot;y&amp;z" alt="“桥”&amp;&quot;河&quot;"></p>'),
    ],
)
def test_links_and_pictures_of_markdown_are_escaped_once(line, shown):
    assert markup_of([line]) == shown


def test_plain_text_with_a_tilde_is_not_taken_for_another_encoding():
    assert decode_page(b"From 3 ~~ 5 o'clock") == "From 3 ~~ 5 o'clock"
