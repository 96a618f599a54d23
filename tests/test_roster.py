"""Keeping the roster of people and posts: who may, what is refused, tables in and out, and what texts show of it."""

import csv
import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from articles import csv_tables, roster
from articles.checks import hits, written_rules
from articles.models import AuditEntry, RosterEntry
from articles.review_sheet import review_sheet
from tests.cast import all_rows, make_user, refused, upload

pytestmark = pytest.mark.django_db
HEAD = "姓名,单位,职务,任职日,离任日,排序,禁用写法,启用\n"
TABLE = HEAD + "方志远,霁川县委,书记,2024-03-01,,1,方书记大人|方大书记,\n李明,霁川县,县长,2023/1/5,2026-10-31,2,,是\n"


def entry(**facts):
    return RosterEntry(**{"name": "方志远", "unit": "霁川县委", "post": "书记", "rank": 1, **facts})


def shown(article):
    return [(hit.rule.name, hit.words) for hit in hits.hits_to_show(article)]


def test_an_entry_counts_at_once_and_a_mistaken_one_no_more(cast):
    article = cast.article(title="方致远到会", body="<p>县委<b>书记</b>方致远说，桥通了。</p>")
    assert shown(article) == []
    saved = roster.save_roster_entry(entry(), by=cast.chief)
    assert shown(article) == [("nearly_a_name", "方致远")] * 2
    saved.in_use = False
    roster.save_roster_entry(saved, by=cast.chief)
    assert shown(article) == []
    entries = AuditEntry.objects.filter(object_type="rosterentry").order_by("pk")
    assert [each.action for each in entries] == ["rosterentry.added", "rosterentry.changed"]
    assert (entries[1].details["fields"], entries[1].details["new"]) == (["rosterentry.in_use"], ["False"])
    before = all_rows()
    roster.save_roster_entry(saved, by=cast.chief)
    assert all_rows() == before


def test_only_who_has_the_duty_keeps_it(cast):
    keeper = make_user("keeper", ["roster"])
    saved = roster.save_roster_entry(entry(), by=keeper)
    for act in (
        lambda: roster.save_roster_entry(saved, by=cast.editor),
        lambda: roster.import_roster(TABLE.encode(), by=cast.editor),
        lambda: roster.export_roster(by=cast.editor),
    ):
        with refused(PermissionDenied):
            act()


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"name": ""}, "cannot be blank"),
        ({"name": "方"}, "two characters"),
        ({"post": "长"}, "two characters"),
        ({"forbidden": "方"}, "two characters"),
        ({"forbidden": "\n".join(f"写法{n}" for n in range(21))}, "At most 20"),
        ({"forbidden": "方志远"}, "right in one column"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 31)}, "until the day"),
    ],
)
def test_what_is_no_entry_is_refused(cast, facts, sentence):
    with refused(ValidationError, sentence):
        roster.save_roster_entry(entry(**facts), by=cast.chief)


def test_the_same_holding_is_entered_once(cast):
    roster.save_roster_entry(entry(), by=cast.chief)
    with refused(ValidationError):
        roster.save_roster_entry(entry(rank=7), by=cast.chief)
    roster.save_roster_entry(entry(since=date(2026, 1, 1)), by=cast.chief)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_taken_in_whatever_its_encoding_and_once(cast, encoding):
    assert roster.import_roster(TABLE.encode(encoding), by=cast.chief) == (2, 0, 0)
    fang = RosterEntry.objects.get(name="方志远")
    assert (fang.since, fang.until, fang.rank, fang.forbidden.split()) == (
        date(2024, 3, 1), None, 1, ["方书记大人", "方大书记"]
    )  # fmt: skip
    before = all_rows()
    assert roster.import_roster(TABLE.encode(encoding), by=cast.chief) == (0, 0, 2)
    assert all_rows() == before


def test_a_table_changes_a_row_and_the_audit_says_how(cast):
    roster.import_roster(TABLE.encode(), by=cast.chief)
    assert roster.import_roster(TABLE.replace("2026-10-31,2", "2026-11-30,3").encode(), by=cast.chief) == (0, 1, 1)
    details = AuditEntry.objects.filter(action="rosterentry.imported").latest("pk").details
    assert (details["fields"], details["old"][0][-24:]) == (["李明 霁川县县长"], " · 2026-10-31 · 2 · True")
    assert "2026-11-30 · 3" in details["new"][0]


def test_each_refused_line_is_told_and_nothing_is_saved(cast):
    rows = [
        "方,县委,书记,,,,,", "甲乙,县委,书记,三月,,,,", "甲乙,县委,书记,,2026/2/30,,,",
        "甲乙,县委,书记,,,第一,,", "甲乙,县委,书记,,,,,也许",
        "甲乙,县委,书记,2026-02-01,2026-01-01,,,", "丙丁,,,,,,,", "丙丁,,,,,,,",
    ]  # fmt: skip
    with refused(csv_tables.UnusableTable) as caught:
        roster.import_roster((HEAD + "\n".join(rows)).encode(), by=cast.chief)
    lines = [str(problem.message).partition(":")[0] for problem in caught.value.problems]
    assert lines == [f"Line {n}" for n in (2, 3, 4, 5, 6, 7, 9)]


def test_what_goes_out_is_no_formula_and_comes_in_the_same(cast):
    roster.save_roster_entry(entry(unit="=cmd()|县委", forbidden="@方\n方大人", in_use=False), by=cast.chief)
    table = roster.export_roster(by=cast.chief)
    cells = next(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert (cells["单位"], cells["禁用写法"], cells["启用"]) == ("'=cmd()|县委", "'@方|方大人", "否")
    assert roster.import_roster(table, by=cast.chief) == (0, 0, 1)


def test_a_table_of_many_takes_few_statements(cast, django_assert_max_num_queries):
    rows = "".join(f"姓名{n},望桥乡,{n}组组长,,,{n},,\n" for n in range(2000))
    with django_assert_max_num_queries(35):
        assert roster.import_roster((HEAD + rows).encode(), by=cast.chief).added == 2000
    current = written_rules.current_rules()
    assert current.roster.size == 2000
    with django_assert_max_num_queries(2):
        assert written_rules.current_rules() is current


def test_a_post_is_wrong_for_the_day_on_which_the_text_is_scheduled(cast):
    roster.import_roster(TABLE.encode(), by=cast.chief)
    article = cast.article(body="<p>县长李明到会。</p>")
    content, rules = article.latest.content, written_rules.current_rules()
    for day, expected in ((date(2026, 10, 31), []), (date(2026, 11, 1), ["wrong_post"])):
        at = timezone.make_aware(timezone.datetime.combine(day, timezone.datetime.min.time()))
        assert [hit.rule.name for hit in hits.find_hits(content, rules, at=at)] == expected


def test_a_sign_off_keeps_which_roster_the_machine_had(cast):
    article = cast.article()
    saved = roster.save_roster_entry(entry(), by=cast.chief)
    signed = cast.sign(article, times=1)
    assert (signed.checked["roster"], signed.checked["roster_of"]) == (1, saved.changed_at.isoformat())
    article.refresh_from_db()
    with translation.override("en"):
        (told,) = review_sheet(article).rounds[0].readings
    assert "and a roster of 1 entries (as of 20" in told.machine


def test_the_keeper_imports_at_the_desk_and_exports(cast, client):
    client.force_login(cast.chief)
    client.cookies["django_language"] = "en"
    address = reverse("admin:articles_rosterentry_import")
    wrong = client.post(address, {"table": upload((HEAD + "方,,,,,,,\n").encode(), "a.csv")})
    assert "Line 2: 姓名 At least two characters" in wrong.content.decode()
    client.post(address, {"table": upload(TABLE.encode(), "a.csv")})
    assert RosterEntry.objects.count() == 2
    assert "方大书记" in client.get(reverse("admin:articles_rosterentry_export")).content.decode("utf-8-sig")
    page = client.get(reverse("admin:articles_rosterentry_changelist")).content.decode()
    assert "方志远" in page
    assert "霁川县委" in page
