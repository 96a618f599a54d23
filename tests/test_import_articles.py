"""The import of real input: printed text files become drafts, or archived articles equal to the file."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from articles.models import Article, AuditEntry, BakeJob, Credit, Person, Picture, Section, Source
from tests.cast import png
from tests.test_public import Page
from tests.word_files import drawing, paragraph, relationship, styled, word_file

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).resolve().parent.parent.parent / "shared" / "samples" / "zhaoyang-2022-03-25.txt"
TEXT = """霁川要闻

望桥乡便民桥建成通车

来源:霁川新闻网  更新时间:2024-03-25 17:03  作者:林晓舟 方知远  责任编辑:梁静姝

3月25日,望桥乡便民桥建成通车,沿线三个村的群众出行不再绕路。

大桥全长120米,总投资860万元。

(通讯员 祝小满)

微信扫一扫查看

扫一扫手机查看
"""


def write(folder, name="a.txt", text=TEXT, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return str(path)


def run(*args):
    call_command("import_articles", *args)


def test_a_file_becomes_a_draft(tmp_path, capsys):
    run(write(tmp_path), "--section", "news")
    article = Article.objects.get()
    assert (article.title, article.state, article.first_published_at) == ("望桥乡便民桥建成通车", "draft", None)
    assert article.source.name == "霁川新闻网"
    assert [(c.role, c.person.name) for c in article.credits.all()] == [
        ("author", "林晓舟"),
        ("author", "方知远"),
        ("responsible_editor", "梁静姝"),
        ("correspondent", "祝小满"),
    ]
    assert article.body.count("<p>") == 3
    assert "(通讯员 祝小满)" in article.body
    assert "扫一扫" not in article.body
    out = capsys.readouterr().out
    for created in ("霁川要闻", "霁川新闻网", "林晓舟"):
        assert created in out
    assert Section.objects.get().slug == "news"


def test_what_it_adds_is_added_by_the_acts_of_the_desk(tmp_path):
    run(write(tmp_path), "--section", "news")
    by = Article.objects.get().created_by
    added = AuditEntry.objects.filter(action__endswith=".added", actor=by).values_list("action", "details__name")
    assert sorted(added) == [
        ("person.added", "方知远"),
        ("person.added", "林晓舟"),
        ("person.added", "梁静姝"),
        ("person.added", "祝小满"),
        ("section.added", "霁川要闻"),
        ("source.added", "霁川新闻网"),
    ]
    assert BakeJob.objects.filter(path="/s/news/").exists()


def test_whoever_may_not_add_a_section_or_a_source_is_told(tmp_path, cast, capsys):
    with pytest.raises(CommandError):
        run(write(tmp_path), "--section", "health", "--by", "writer")
    assert "writer" in capsys.readouterr().err
    assert not Article.objects.exists()
    assert not Section.objects.filter(slug="health").exists()


def test_with_archive_it_is_public_under_its_own_time(tmp_path, client):
    run(write(tmp_path), "--section", "news", "--archive")
    article = Article.objects.get()
    assert article.migrated
    assert timezone.localtime(article.first_published_at).strftime("%Y-%m-%d %H:%M") == "2024-03-25 17:03"
    assert AuditEntry.objects.filter(action="article.migrated").count() == 1
    text = Page(client.get(f"/a/{article.number}/")).text
    for word in ("2024-03-25 17:03", "林晓舟", "方知远", "梁静姝", "大桥全长120米,总投资860万元。"):
        assert word in text


def test_the_same_file_again_is_recognised(tmp_path, capsys):
    run(write(tmp_path), "--section", "news", "--archive")
    before = (Article.objects.count(), AuditEntry.objects.count(), Person.objects.count())
    run(write(tmp_path), write(tmp_path, "b.txt", encoding="gb18030"), "--section", "news", "--archive")
    assert (Article.objects.count(), AuditEntry.objects.count(), Person.objects.count()) == before


def test_bad_files_are_named_and_the_others_come_in(tmp_path, capsys):
    paths = [
        write(tmp_path, "empty.txt", b""),
        write(tmp_path, "binary.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
        write(tmp_path, "nodate.txt", TEXT.replace("2024-03-25 17:03", "2024-13-45 17:03")),
        write(tmp_path, "good.txt"),
        str(tmp_path / "missing.txt"),
    ]
    with pytest.raises(CommandError, match="3"):
        run(*paths, "--section", "news")
    err = capsys.readouterr().err.strip().splitlines()
    assert len(err) == 4
    assert "2024-13-45" in err[2]  # a warning: a draft needs no time
    for line, name in zip(err, ("empty", "binary", "nodate", "missing"), strict=True):
        assert name in line
    assert Article.objects.count() == 2


@pytest.mark.parametrize("change", [("更新时间:2024-03-25 17:03  ", ""), ("2024-03-25", "2924-03-25")])
def test_archive_needs_a_time_that_has_been(tmp_path, change):
    with pytest.raises(CommandError):
        run(write(tmp_path, text=TEXT.replace(*change)), "--section", "news", "--archive")
    assert not Article.objects.exists()
    assert not Person.objects.exists(), "nothing of a refused file stays"


def test_a_folder_is_read_and_the_section_put_in_order(tmp_path):
    for day in (25, 23, 24):
        write(tmp_path, f"{30 - day}.txt", TEXT.replace("03-25", f"03-{day}"))
    run(str(tmp_path), "--section", "news", "--archive")
    days = [timezone.localtime(a.first_published_at).day for a in Article.objects.order_by("ordinal")]
    assert days == [23, 24, 25]


def test_existing_sections_sources_and_people_are_used(tmp_path, cast):
    people = Person.objects.count()
    run(write(tmp_path), "--section", "news", "--by", "chief")
    article = Article.objects.get()
    assert (article.section, article.source, article.created_by) == (cast.news, cast.own, cast.chief)
    assert Source.objects.filter(name="霁川新闻网").count() == 1
    assert Credit.objects.get(article=article, role="responsible_editor").person == cast.liang
    assert Person.objects.count() == people + 2


@pytest.mark.parametrize("args", [["--section", "不 好"], ["--section", "news", "--by", "nobody"]])
def test_what_the_command_cannot_use_is_a_sentence(tmp_path, args):
    with pytest.raises(CommandError, match="不 好|nobody"):
        run(write(tmp_path), *args)
    assert not Article.objects.exists()


def test_the_command_lines_account_cannot_log_in(tmp_path, client):
    run(write(tmp_path), "--section", "news")
    account = Article.objects.get().created_by
    assert not account.has_usable_password()
    assert not account.is_staff


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample page is not beside this checkout")
def test_the_sample_page_equals_its_file(client):
    run(str(SAMPLE), "--section", "zhaoyang", "--archive")
    lines = [line.strip() for line in SAMPLE.read_text(encoding="utf-8").splitlines() if line.strip()]
    article = Article.objects.get()
    text = Page(client.get(f"/a/{article.number}/")).text
    assert article.listed_in.name == lines[0]
    assert article.title == lines[1]
    assert [c.person.name for c in article.credits.filter(role="author")] == ["吴道群", "季心平"]
    assert [c.person.name for c in article.credits.filter(role="responsible_editor")] == ["虎伶俐"]
    for word in ("昭阳信息网", "2022-03-25 17:03", *lines[3:-2]):
        assert word in text
    assert article.body.count("<p>") == len(lines[3:-2])


def test_word_files_are_imported_by_the_same_command(tmp_path, capsys):
    letter = word_file(
        styled("t", "便民桥通车") + paragraph("发布时间：2024-03-25 17:03") + paragraph("来源：霁川新闻网")
    )
    (tmp_path / "桥.docx").write_bytes(letter)
    (tmp_path / "~$桥.docx").write_bytes(b"lock")
    (tmp_path / "坏.docx").write_bytes(b"PK")
    write(tmp_path)
    with pytest.raises(CommandError, match="1"):
        run(str(tmp_path), "--section", "news", "--archive")
    article = Article.objects.get(title="便民桥通车")
    assert (article.source.name, article.migrated) == ("霁川新闻网", True)
    assert timezone.localtime(article.first_published_at).strftime("%Y-%m-%d %H:%M") == "2024-03-25 17:03"
    assert "坏.docx" in capsys.readouterr().err
    assert Article.objects.count() == 2
    run(str(tmp_path / "桥.docx"), "--section", "news", "--archive")
    assert Article.objects.count() == 2


def test_a_word_file_larger_than_uploads_may_be_is_refused(tmp_path, capsys, settings):
    settings.MAX_UPLOAD_BYTES = 2**20
    (tmp_path / "大.docx").write_bytes(b"PK" * 2**20)
    with pytest.raises(CommandError):
        run(str(tmp_path), "--section", "news")
    assert "1 MB" in capsys.readouterr().err


def test_pictures_that_a_word_file_links_to_come_along_from_its_folder(tmp_path, capsys):
    body = styled("t", "便民桥通车") + paragraph("大桥今日通车。")
    targets = ["file:///C:/Users/a/%E6%96%B0%E6%A1%A5.png", "photos\\gone.png", "../secret.png", "link.png"]
    body += "".join(paragraph(drawing(f"p{n}")) for n in range(len(targets)))
    links = "".join(relationship(f"p{n}", "image", target, "External") for n, target in enumerate(targets))
    folder = tmp_path / "来稿"
    folder.mkdir()
    (folder / "桥.docx").write_bytes(word_file(body, links=links))
    (folder / "新桥.png").write_bytes(png())
    (tmp_path / "secret.png").write_bytes(png(300, 300))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    run(str(folder), "--section", "news")
    assert Article.objects.get().body.count("<img") == 1
    assert Picture.objects.get().width == 600
    assert "2, 3, 4" in capsys.readouterr().err.replace("、", ", ").replace("，", ", ")


def stored_files(settings):
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_files_of_a_refused_import_do_not_stay_behind(tmp_path, settings, kind):
    settings.MEDIA_ROOT = tmp_path / "media"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "新桥.png").write_bytes(png())
    if kind == "docx":  # without a time: it cannot be public under its own
        body = styled("t", "便民桥通车") + paragraph("大桥今日通车。") + paragraph(drawing("p1"))
        links = relationship("p1", "image", "media/image1.png")
        (folder / "桥.docx").write_bytes(word_file(body, links=links, parts={"word/media/image1.png": png()}))
    else:
        text = "<p>大桥今日通车，沿线三个村的群众出行不再绕路。</p>" * 6
        page = f"<h1>便民桥通车</h1><p>来源：霁川新闻网</p><div class=content>{text}<p><img src='新桥.png'></p></div>"
        (folder / "桥.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    with pytest.raises(CommandError):
        run(str(folder), "--section", "news", "--archive")
    assert (Article.objects.count(), Picture.objects.count()) == (0, 0)
    assert (AuditEntry.objects.filter(action="picture.uploaded").count(), stored_files(settings)) == (0, [])
    run(str(folder), "--section", "news")
    assert (Article.objects.count(), Picture.objects.count()) == (1, 1)
    assert Article.objects.get().body.count("<img") == 1
    assert stored_files(settings)
