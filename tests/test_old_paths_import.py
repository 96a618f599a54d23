"""`import_old_paths`: a table of old addresses in any usual form; every row is imported, or none."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import translation

from articles import old_paths
from articles.models import AuditEntry, OldPath
from tests.cast import all_rows, refused

pytestmark = pytest.mark.django_db

ROWS = {"/show.asp?id=123": "/a/81/", "/html/2019/1.html": "/a/82/", "/新闻/": ""}


@pytest.fixture(autouse=True)
def _hosts(settings):
    settings.SITE_URL = "https://news.example.cn"
    settings.FORMER_HOSTS = ["old.example.cn"]


def imported():
    return dict(OldPath.objects.values_list("path", "target"))


def run(tmp_path, text, encoding="utf-8", **options):
    path = tmp_path / "old.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    with translation.override("en"):
        call_command("import_old_paths", str(path), **options)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "，", "|", " , "])
@pytest.mark.parametrize(
    "template",
    [
        "/show.asp?id=123{s}/a/81/\n/html/2019/1.html{s}/a/82/\n/新闻{s}\n",
        "old path{s}target\r\n/show.asp?id=123{s}/a/81/\r\n\r\n/html/2019/1.html{s}/a/82/\r\n/新闻{s}\r\n",
        '"旧址"{s}"新址"\n"/show.asp?id=123"{s}"/a/81/"\n"/html/2019/1.html"{s}"/a/82/"\n"/新闻"{s}""',
        "标题{s}新地址{s}旧地址\n桥{s}/a/81/{s}/Show.asp?ID=123\n桥{s}/a/82/{s}/html/2019/1.html\n桥{s}{s}/新闻/",
        "http://old.example.cn/show.asp?id=123{s}https://news.example.cn/a/81/{s}桥\n"
        "old.example.cn/html/2019/1.html{s}/a/82/{s}\n/新闻{s}{s}",
    ],
)
def test_a_table_is_read_in_any_usual_form(tmp_path, template, separator, encoding):
    run(tmp_path, template.replace("{s}", separator), encoding)
    assert imported() == ROWS


OLD_HEADS = [
    "old path",
    "old",
    "old url",
    "old address",
    "from",
    "source",
    "旧址",
    "旧地址",
    "旧网址",
    "原地址",
    "原网址",
]
TARGET_HEADS = [
    "target",
    "new",
    "new url",
    "new path",
    "new address",
    "to",
    "目标",
    "目标地址",
    "新址",
    "新地址",
    "新网址",
]


@pytest.mark.parametrize(("old", "target"), zip(OLD_HEADS, TARGET_HEADS, strict=True))
def test_the_head_names_the_columns(tmp_path, old, target):
    run(tmp_path, f"{target.upper()},{old.title()}\n/a/81/,/x.html\n")
    assert imported() == {"/x.html": "/a/81/"}


def test_a_separator_inside_an_address_splits_nothing(tmp_path):
    run(tmp_path, "/a.asp?x=1;y=2,/a/1/\n/b.asp?x=3|4,/a/2/\n")
    assert imported() == {"/a.asp?x=1;y=2": "/a/1/", "/b.asp?x=3|4": "/a/2/"}


def test_a_second_run_changes_nothing_and_a_corrected_table_changes_its_rows(tmp_path, capsys, cast):
    run(tmp_path, "/x.html,/a/1/\n/X.html/,/a/1/\n/y.html,/a/2/\n", by="chief")
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor, entry.details["count"]) == ("oldpath.imported", cast.chief, 2)
    before = all_rows()
    run(tmp_path, "/x.html,/a/1/\n/y.html,/a/2/\n", by="chief")
    assert all_rows() == before
    run(tmp_path, "/x.html,/a/1/\n/y.html,/a/3/\n", by="chief")
    assert imported() == {"/x.html": "/a/1/", "/y.html": "/a/3/"}
    details = AuditEntry.objects.first().details
    assert (details["fields"], details["old"], details["new"]) == (["/y.html"], ["/a/2/"], ["/a/3/"])
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "2 added, 0 changed, 0 unchanged.",
        "0 added, 0 changed, 2 unchanged.",
        "0 added, 1 changed, 1 unchanged.",
    ]


def test_each_refused_line_is_named_with_its_reason_and_nothing_is_imported(tmp_path, capsys, cast):
    lines = [
        ("old path,target", ""),
        ("/good.html,/a/1/", ""),
        ("", ""),
        ("show.asp?id=1,/a/1/", "not an address"),
        ("http://elsewhere.example/x,/a/1/", "elsewhere.example"),
        ("/x.html#top,/a/1/", "do not send"),
        ("/a/5/,/a/1/", "itself"),
        ("/x.html,(same row)", "not on this site"),
        ("/x.html,//elsewhere.example/", "not on this site"),
        ("/only.html", "empty second column"),
        ("/GOOD.html/,/a/2/", "line 2"),
        (",/a/1/", "not an address"),
        ("/p.html,/q.html", "back to itself"),
        ("/q.html,/P.html", "back to itself"),
    ]
    before = all_rows()
    with pytest.raises(CommandError, match="Nothing was imported"):
        run(tmp_path, "\n".join(line for line, _why in lines), by="chief")
    assert all_rows() == before
    told = capsys.readouterr().err.splitlines()
    wrong = [(number, why) for number, (_line, why) in enumerate(lines, 1) if why]
    assert len(told) == len(wrong)
    for sentence, (number, why) in zip(told, wrong, strict=True):
        assert f"Line {number}: " in sentence
        assert why in sentence


def test_a_line_inside_quotes_counts_as_in_the_file(tmp_path, capsys):
    with pytest.raises(CommandError):
        run(tmp_path, '/x.html,/a/1/,"note\nof two lines"\nbad.html,/a/1/\n')
    assert "Line 3: " in capsys.readouterr().err


def test_chains_lead_to_their_end_in_the_table_and_in_what_is_stored(tmp_path):
    run(tmp_path, "/stored.html,/a/7/\n/behind.html,/x.html\n")
    run(
        tmp_path,
        "/w.html,/x.html\n/x.html,/Y.html\n/y.html,http://old.example.cn/stored.html\n/v.html,/z.html\n/z.html,",
    )
    assert imported() == {
        **dict.fromkeys(("/stored.html", "/behind.html", "/w.html", "/x.html", "/y.html"), "/a/7/"),
        **{"/v.html": "", "/z.html": ""},
    }


def test_a_circle_through_a_stored_row_is_refused(tmp_path, capsys):
    run(tmp_path, "/b.html,/a.html\n")
    with pytest.raises(CommandError):
        run(tmp_path, "/a.html,/b.html\n")
    assert "Line 1: “/a.html” leads back to itself." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xff\xff\x00", "not text"),
        (b"", "no rows"),
        ("旧址,新址\n".encode(), "no rows"),
        (b'/x.html,"' + b"x" * 200_000, "too long"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, capsys, data, sentence):
    with pytest.raises(CommandError):
        run(tmp_path, data)
    assert sentence in capsys.readouterr().err
    assert not OldPath.objects.exists()


def test_a_table_that_is_too_large_or_missing_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("articles.csv_tables.MOST_BYTES", 8)
    with pytest.raises(CommandError):
        run(tmp_path, "/x.html,/a/1/")
    assert "larger than" in capsys.readouterr().err
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_old_paths", str(tmp_path / "none.csv"))


def test_the_wrong_person_imports_nothing(tmp_path, cast):
    with refused(PermissionDenied, "Arrange"):
        old_paths.import_old_paths(b"/x.html,/a/1/", by=cast.editor)
    with pytest.raises(CommandError, match="no such account"):
        run(tmp_path, "/x.html,/a/1/", by="nobody")
    with pytest.raises(CommandError, match="Arrange"):
        run(tmp_path, "/x.html,/a/1/", by="editor")


def test_a_thousand_rows_take_few_queries(cast, django_assert_max_num_queries):
    data = "\n".join(f"/show.asp?id={n},/a/{n}/" for n in range(1000)).encode()
    with django_assert_max_num_queries(25):
        assert old_paths.import_old_paths(data, by=cast.chief).added == 1000
