"""The dated list of sources that may be reprinted: its table, its days, and reprints from outside it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import publishing, review, review_sheet, source_list, sources
from articles.checks import CONTENT_CHECKS, NotReady, find_problems
from articles.models import AuditEntry, BakeJob, SetAside, Source
from tests.cast import all_rows, refused, upload

pytestmark = pytest.mark.django_db
HEAD = "名称,简称,类别,名单状态,名单版次,生效日,失效日,网址\n"
LISTED = "泽南晚报,晚报,省级,在名单内,2026年版,2026-01-01,2026-12-31,https://evening.example/\n"


def take(cast, rows, encoding="utf-8"):
    return source_list.import_source_list((HEAD + rows).encode(encoding), by=cast.chief)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_taken_in_whatever_its_encoding(cast, encoding):
    assert take(cast, LISTED + "泽南日报,,,已冻结或移除,,,,\n", encoding) == (1, 1, 0)
    new = Source.objects.get(name="泽南晚报")
    assert (new.short_name, new.category, new.standing, new.list_edition) == ("晚报", "省级", "listed", "2026年版")
    assert (new.valid_from, new.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    cast.listed.refresh_from_db()
    assert cast.listed.standing == "frozen"
    entry = AuditEntry.objects.get(action="source.imported")
    assert (entry.details["count"], entry.details["fields"]) == (1, ["泽南日报"])
    before = all_rows()
    assert take(cast, LISTED, encoding) == (0, 0, 1)
    assert all_rows() == before, "already done"


def test_an_empty_cell_leaves_the_name_and_the_website_but_not_the_days(cast):
    take(cast, LISTED)
    assert take(cast, "泽南晚报,,,在名单内,2027年版,2027-01-01,,\n") == (0, 1, 0)
    source = Source.objects.get(name="泽南晚报")
    assert (source.short_name, source.url, source.list_edition) == ("晚报", "https://evening.example/", "2027年版")
    assert source.valid_until is None
    assert not BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists(), "no page shows what changed"
    take(cast, "泽南晚报,,,在名单内,2027年版,2027-01-01,,https://other.example/\n")
    assert BakeJob.objects.filter(path=BakeJob.EVERYTHING).exists()


def test_each_refused_line_is_told_and_nothing_is_saved(cast):
    rows = [
        "甲报,,,也许,,,,",
        "乙报,,,在名单内,,三月,,",
        "丙报,,,在名单内,,2026-05-01,2026-04-01,",
        "丁报,,,在名单内,,,,ftp:x",
        f"{'长' * 81},,,在名单内,,,,",
        ",,,在名单内,,,,",
        "泽南日报,,,在名单内,,,,",
        "泽南日报,,,本单位,,,,",
    ]
    with refused(source_list.UnusableTable) as caught:
        take(cast, "\n".join(rows))
    lines = [str(problem.message).partition(":")[0] for problem in caught.value.problems]
    assert lines == [f"Line {n}" for n in (2, 3, 4, 5, 6, 7, 9)]


def test_a_double_and_a_stranger_change_nothing(cast):
    sources.merge_source(cast.unlisted, cast.listed, by=cast.chief)
    with refused(source_list.UnusableTable, "泽南日报"):
        take(cast, f"{cast.unlisted.name},,,在名单内,,,,\n")
    with refused(PermissionDenied):
        source_list.import_source_list((HEAD + LISTED).encode(), by=cast.editor)
    with refused(PermissionDenied):
        source_list.export_source_list(by=cast.editor)


def test_what_is_given_out_can_be_taken_in(cast):
    cast.listed.category = "=cmd()"
    cast.listed.save()
    table = source_list.export_source_list(by=cast.chief)
    assert "'=cmd()" in table.decode()
    assert source_list.import_source_list(table, by=cast.chief) == (0, 0, 3)


def test_a_long_list_takes_few_queries(cast, django_assert_max_num_queries):
    rows = "".join(f"第{number}报,,,在名单内,,,,\n" for number in range(1200))
    with django_assert_max_num_queries(30):
        assert take(cast, rows) == (1200, 0, 0)


def test_the_screen_tells_the_lines_and_takes_the_table(client, cast):
    client.force_login(cast.chief)
    path = reverse("admin:articles_source_import")
    response = client.post(path, {"table": upload((HEAD + "甲报,,,也许,,,,\n").encode(), "名单.csv")})
    assert "也许" in response.content.decode()
    response = client.post(path, {"table": upload((HEAD + LISTED).encode("gb18030"), "名单.csv")})
    assert response["Location"] == reverse("admin:articles_source_changelist")
    assert Source.objects.get(name="泽南晚报").standing == "listed"


def test_a_page_that_uses_the_short_name_finds_the_source(cast):
    take(cast, LISTED)
    assert sources.find_printed_source("晚报", "").name == "泽南晚报"
    Source.objects.create(name="霁川晚报", short_name="晚报")
    assert sources.find_printed_source("晚报", "") is None, "which of the two"


# --- Reprints from outside the list ------------------------------------------------------------------------------


def reprint(cast, source):
    return cast.article(
        by=cast.writer,
        origin="reprint",
        source=source,
        original_title="题",
        original_author="甲",
        original_url="https://a.example/1",
        original_published_on=date(2026, 11, 1),
    )


def problems_on(article, day):
    return {problem.id for problem in find_problems(article, CONTENT_CHECKS, at=day)}


@pytest.mark.parametrize(
    ("start", "end", "may"),
    [(None, None, True), (-1, 1, True), (0, 0, True), (1, None, False), (None, -1, False)],
)
def test_the_list_is_asked_for_the_day_of_publication(cast, start, end, may):
    days = [None if offset is None else timezone.localdate() + timedelta(days=offset) for offset in (start, end)]
    Source.objects.filter(pk=cast.listed.pk).update(valid_from=days[0], valid_until=days[1])
    cast.listed.refresh_from_db()
    article = reprint(cast, cast.listed)
    now = timezone.now()
    assert problems_on(article, now) == (set() if may else {"provenance.source_listing_not_valid"})
    if end is not None:
        assert problems_on(article, now + timedelta(days=3)) == {"provenance.source_listing_not_valid"}


def test_the_chief_allows_a_reprint_from_outside_with_a_reason(cast):
    article = reprint(cast, cast.unlisted)
    cast.sign(article, times=2)
    with pytest.raises(NotReady):
        review.sign_off_reading(article, by=cast.chief, revision=1)
    review.allow_unlisted_source(article, by=cast.chief, reason="省级主管部门书面同意")
    row = SetAside.objects.get()
    assert (row.rule, row.words, row.by) == ("provenance.source_not_listed", "某某号", cast.chief)
    before = all_rows()
    review.allow_unlisted_source(article, by=cast.chief, reason="又一次")
    assert all_rows() == before, "already done"
    decision = review.sign_off_reading(article, by=cast.chief, revision=1)
    assert [warning["id"] for warning in decision.warnings] == ["review.source_allowed", "provenance.right_unknown"]
    assert "省级主管部门书面同意" in decision.warnings[0]["message"]
    assert publishing.publish_article(article, by=cast.editor)
    article.refresh_from_db()
    acts = review_sheet.review_sheet(article).acts
    assert any("某某号：省级主管部门书面同意" in act.why for act in acts)


def test_whoever_does_not_sign_last_allows_nothing_and_a_reason_is_needed(cast):
    article = reprint(cast, cast.unlisted)
    for user in (cast.writer, cast.editor, cast.head, cast.culture_editor):
        with refused(PermissionDenied):
            review.allow_unlisted_source(article, by=user, reason="同意")
    with refused(review.CannotSetAside, "why"):
        review.allow_unlisted_source(article, by=cast.chief, reason=" ")
    listed = reprint(cast, cast.listed)
    with refused(review.CannotSetAside, "nothing to allow"):
        review.allow_unlisted_source(listed, by=cast.chief, reason="同意")
    Source.objects.filter(pk=cast.unlisted.pk).update(standing="frozen")
    with refused(review.CannotSetAside, "frozen"):
        review.allow_unlisted_source(article, by=cast.chief, reason="同意")


def test_what_was_allowed_holds_for_this_source_in_this_article(cast):
    article = reprint(cast, cast.unlisted)
    review.allow_unlisted_source(article, by=cast.chief, reason="同意")
    assert problems_on(article, timezone.now()) == set()
    assert problems_on(reprint(cast, cast.unlisted), timezone.now()) == {"provenance.source_not_listed"}
    cast.change(article, source=Source.objects.create(name="另一号"))
    assert problems_on(article, timezone.now()) == {"provenance.source_not_listed"}


def test_the_reading_page_offers_it_to_the_chief_alone(client, cast):
    article = reprint(cast, cast.unlisted)
    review.submit_article(article, by=cast.writer)
    path, act = (reverse(f"admin:articles_article_{name}", args=[article.pk]) for name in ("review", "allow_source"))
    client.force_login(cast.editor)
    assert act not in client.get(path).content.decode()
    client.force_login(cast.chief)
    assert act in client.get(path).content.decode()
    client.post(act, {"reason": "同意"})
    assert act not in client.get(path).content.decode()
    assert SetAside.objects.get().reason == "同意"
