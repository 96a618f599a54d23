"""Tables of rules: in and out, refusals by line, formulas, and the rules that come with Newsroom."""

import csv
import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from articles import check_rules
from articles.checks.hits import find_hits
from articles.checks.written_rules import current_rules
from articles.models import AuditEntry, CheckRule, CheckUp
from tests.bench.archive_text import text_of
from tests.cast import all_rows, refused, upload

State = CheckRule.State
pytestmark = pytest.mark.django_db
HEAD = "名称,形式,内容,不算错的长词,说明,分量,栏目,生效日,状态\n"


def saved(name):
    return CheckRule.objects.get(name=name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_taken_in_whatever_its_encoding(cast, encoding):
    rows = "来华,words,来华|到华,未来华章,说明,block,,,\n"
    rows += '甲,template,第{数}届,,"逗号,引号",warn,news、culture towns,2026-03-01,启用\n'
    table = (HEAD + rows).encode(encoding)
    assert check_rules.import_check_rules(table, by=cast.chief) == (2, 0, 0)
    come, other = saved("来华"), saved("甲")
    assert (come.pattern, come.allowed, come.severity, come.state, come.owner) == (
        "来华\n到华", "未来华章", "block", State.DRAFT, "chief"
    )  # fmt: skip
    assert (other.kind, other.advice, other.valid_from, other.state) == (
        "template", "逗号,引号", date(2026, 3, 1), State.TRYING
    )  # fmt: skip
    assert {section.slug for section in other.sections.all()} == {"news", "culture", "towns"}
    before = all_rows()
    assert check_rules.import_check_rules(table, by=cast.chief) == (0, 0, 2)
    assert all_rows() == before


def test_each_refused_line_is_told_and_nothing_is_saved(cast):
    rows = [
        "甲,words,字,,说明,,,,",  # a single character
        "乙,words,words,,说明,重要,,,",
        "丙,words,words,,说明,,sport,,",
        '丁,words,"第一行\n第二行",,说明,,,三月,',
        "戊,words,words,,说明,,,,",
        "戊,words,words,,说明,,,,",
        ",words,words,,说明,,,,",
        "己,expression,(来,,说明,,,,",
        f"{'长' * 41},words,words,,说明,,,,",
        "庚",  # nothing else
    ]
    with refused(check_rules.UnusableTable) as caught:
        check_rules.import_check_rules((HEAD + "\n".join(rows)).encode(), by=cast.chief)
    lines = [str(problem.message).partition(":")[0] for problem in caught.value.problems]
    assert lines == [f"Line {n}" for n in (2, 3, 4, 6, 8, 9, 10, 11, 12, 12)]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [(b"", "“名称” is missing"), ("名称,内容\n甲,词语".encode(), "“说明” is missing"), (b"\xff\xfe\xff", "not text")],
)
def test_what_is_no_table_of_rules_is_refused(cast, table, sentence):
    with refused(check_rules.UnusableTable, sentence):
        check_rules.import_check_rules(table, by=cast.chief)


def test_a_table_changes_rules_and_puts_none_into_use(cast):
    check_rules.take_over_shipped_rules(by=cast.chief)
    name = "错字：寒喧"
    assert saved(name).state == State.LIVE
    table = f"名称,内容,说明,正确写法,依据,状态\n{name},寒喧,别的说明,寒暄,《现代汉语词典》第7版,启用\n".encode()
    assert check_rules.import_check_rules(table, by=cast.chief) == (0, 1, 0)
    assert (saved(name).advice, saved(name).state) == ("别的说明", State.LIVE)
    entry = AuditEntry.objects.filter(action="checkrule.imported").latest("pk")
    assert (entry.details["fields"], "别的说明" in entry.details["new"][0]) == ([name], True)
    check_rules.import_check_rules(table.replace(",寒喧,".encode(), ",寒喧|喧寒,".encode()), by=cast.chief)
    assert saved(name).state == State.TRYING
    for section in (cast.news, cast.culture):
        sections = f"名称,内容,说明,栏目\n{name},寒喧|喧寒,别的说明,{section.slug}\n".encode()
        assert check_rules.import_check_rules(sections, by=cast.chief).changed == 1
        assert list(saved(name).sections.all()) == [section]
    assert check_rules.import_check_rules(sections, by=cast.chief).changed == 0


def test_what_goes_out_is_no_formula_and_comes_in_the_same(cast):
    facts = {
        "pattern": "=cmd()|词语",
        "advice": "+1",
        "kind": "expression",
        "source": "@某",
        "changed_at": timezone.now(),
    }
    row = CheckRule.objects.create(name="-甲", **facts)
    row.sections.set([cast.news])
    table = check_rules.export_check_rules(by=cast.chief)
    cells = next(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert (cells["名称"], cells["内容"], cells["说明"], cells["依据"]) == ("'-甲", "'=cmd()|词语", "'+1", "'@某")
    CheckRule.objects.all().delete()
    assert check_rules.import_check_rules(table, by=cast.chief).added == 1
    again = CheckRule.objects.get()
    assert [getattr(again, name) for name in ("name", "pattern", "advice", "source")] == [
        getattr(row, name) for name in ("name", "pattern", "advice", "source")
    ]
    assert list(again.sections.all()) == [cast.news]


def test_many_rows_take_few_statements(cast, django_assert_max_num_queries):
    table = HEAD + "".join(f"规则{n},words,词语{n},,说明,,news,,\n" for n in range(2000))
    with django_assert_max_num_queries(51):
        assert check_rules.import_check_rules(table.encode(), by=cast.chief).added == 2000


def test_columns_that_are_not_ours_are_left_alone(cast):
    assert check_rules.import_check_rules("编号,名称,内容,说明\n7,甲,词语,说明\n".encode(), by=cast.chief).added == 1


def test_who_has_not_the_duty_neither_takes_in_nor_gives_out(cast):
    acts = (
        lambda: check_rules.import_check_rules(HEAD.encode(), by=cast.editor),
        lambda: check_rules.take_over_shipped_rules(by=cast.editor),
        lambda: check_rules.export_check_rules(by=cast.editor),
    )
    for act in acts:
        with refused(PermissionDenied):
            act()


# --- The rules that come with Newsroom ---------------------------------------------------------------------------


def test_the_shipped_rules_have_their_sources_and_are_taken_over_once(cast):
    done = check_rules.take_over_shipped_rules(by=cast.chief)
    assert done.added == CheckRule.objects.count() > 150
    assert not CheckRule.objects.filter(source="").exists()
    assert not CheckRule.objects.filter(severity="block").exists()
    assert set(CheckUp.objects.get().only.all()) == set(CheckRule.objects.filter(state=State.LIVE))
    retired = check_rules.move_check_rule(saved("错字：寒喧"), State.RETIRED, by=cast.chief)
    assert check_rules.take_over_shipped_rules(by=cast.chief) == (0, 0, done.added)
    retired.refresh_from_db()
    assert retired.state == State.RETIRED


def test_shipped_rules_in_use_find_mistakes_and_nothing_in_clean_texts(cast):
    check_rules.take_over_shipped_rules(by=cast.chief)
    empty = {"kicker": "", "title": "", "subtitle": "", "summary": "", "pictures": [], "attachments": []}

    def names(body):
        return [hit.rule.name for hit in find_hits({**empty, "body": body}, current_rules(), at=timezone.now())]

    wrong = (
        "<p>双方寒<b>喧</b>，好象。好象征。第一、等，下午14时，30几个，五十%。"
        "KM，5km，香港等国家，香港、日本等国家和地区，自己经常。己经</p>"
    )
    assert names(wrong) == [
        "错字：寒喧", "错字：好象", "标点：顿号后面的“等”", "数字：下午14时", "数字：30几", "数字：汉字加百分号",
        "单位符号：KM", "地区：港澳台不是国家", "错字：己经",
    ]  # fmt: skip
    clean = [names(text_of(number).body) for number in range(200)]
    assert [found for found in clean if found] == []


# --- The doors ---------------------------------------------------------------------------------------------------


def test_the_chief_imports_at_the_desk_and_exports(cast, client):
    client.force_login(cast.chief)
    client.cookies["django_language"] = "en"
    address = reverse("admin:articles_checkrule_import")
    wrong = client.post(address, {"table": upload((HEAD + "甲,words,字,,说明,,,,\n").encode(), "a.csv")})
    assert "Line 2: “字” is a single character" in wrong.content.decode()
    client.post(address, {"table": upload((HEAD + "甲,words,words,,说明,,,,\n").encode(), "a.csv")})
    assert saved("甲").state == State.DRAFT
    client.post(address, {"shipped": "1"})
    assert CheckRule.objects.count() > 150
    table = client.get(reverse("admin:articles_checkrule_export"))
    assert table["Content-Type"] == "text/csv"
    assert "甲" in table.content.decode("utf-8-sig")


def test_the_command_line_imports(cast, tmp_path, capsys):
    file = tmp_path / "rules.csv"
    file.write_text(HEAD + "甲,words,字,,说明,,,,\n", encoding="gb18030")
    with pytest.raises(CommandError):
        call_command("import_check_rules", str(file))
    call_command("import_check_rules", "--shipped")
    assert CheckRule.objects.count() > 150
    assert capsys.readouterr().err.startswith(f"{file}: ")
