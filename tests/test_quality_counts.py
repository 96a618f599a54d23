"""Errors found after each reading (差错统计): what counts as one, whose text it is, the page and its table."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import publishing, quality_counts, review
from articles.models import AuditEntry, QualityCount, QualityRegister
from articles.quality_counts import errors, register
from tests.cast import all_rows, refused
from tests.test_review import sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_readings")]
TEXT = "霁川河上的便民桥今日通车，两岸群众出行方便。过去孩子上学要绕行山梁，雨雪天气尤其艰难。"


def content(body="", **facts):
    lines = dict.fromkeys(("kicker", "title", "subtitle", "short_title", "summary"), "")
    return {**lines, "pictures": [], "attachments": [], **facts, "body": f"<p>{body}</p>"}


@pytest.mark.parametrize(
    ("after", "count"),
    [
        (TEXT, 0),
        (f"<strong>{TEXT}</strong>", 0),
        (TEXT.replace("两岸", " 两岸"), 0),
        (TEXT.replace("今日", "昨日"), 1),
        (TEXT.replace("，两岸群众", "，群众"), 1),
        (TEXT.replace("两岸群众出行方便", "方便"), 2),
        (TEXT.replace("今日", "昨日").replace("山梁", "山岭"), 2),
        (TEXT + "以上内容由本报记者采写。", 2),
    ],
)
def test_a_place_is_one_error_and_two_if_it_is_long(after, count):
    assert errors.count_errors(content(TEXT), content(after)) == count


def test_the_same_error_counts_three_times_at_most_and_one_in_a_title_double():
    repeated = "，".join(["这座便民桥通车以后群众说好"] * 5)
    assert errors.count_errors(content(repeated), content(repeated.replace("便民", "便利"))) == 3
    titles = [content("", title=title) for title in ("便民桥今日通车", "便民桥昨日通车")]
    assert errors.count_errors(*titles) == 2
    pictures = [content("", pictures=[{"alt": alt, "credit": ""}]) for alt in ("桥的全景照片", "桥的全境照片")]
    assert errors.count_errors(*pictures) == 1


def test_the_address_of_a_link_is_no_text_that_is_read():
    linked = [content(f'见<a href="https://e.example/{path}">公告</a>。') for path in ("a", "2026/b")]
    assert errors.count_errors(*linked) == 0
    assert errors.count_errors(linked[0], content("见公告。")) == 0
    assert errors.count_characters(linked[1]) == 4


def test_the_field_allows_five_three_and_one():
    assert [errors.allowed_after(stage, 3) for stage in (1, 2, 3)] == [5, 3, 1]
    assert [errors.allowed_after(stage, 5) for stage in (1, 2, 3, 4, 5)] == [5, 5, 5, 3, 1]
    assert errors.allowed_after(1, 1) == 1


def count_all():
    while quality_counts.continue_quality_counts():
        pass


def rows_of(article):
    rows = QualityCount.objects.filter(sign_off__article=article).order_by("sign_off")
    return [(row.stage, row.found, row.left, row.allowed) for row in rows]


@pytest.fixture
def read(cast):
    """A published text: the second reader put one error right, the last one two; a correction another one."""
    cast.let_readers_correct()
    article = cast.article(by=cast.writer, title="便民桥通车", body=f"<p>{TEXT}</p>")
    cast.sign(article, times=1)
    for reader, body in (
        (cast.head, TEXT.replace("今日", "昨日")),
        (cast.chief, TEXT.replace("今日", "昨日").replace("山梁", "山岭").replace("尤其", "更加")),
    ):
        cast.change(article, by=reader, body=f"<p>{body}</p>")
        sign(article, reader)
    publishing.publish_article(article, by=cast.editor)
    article.refresh_from_db()
    cast.correct(article, body=f"<p>{body.replace('出行方便', '出行便利')}</p>")
    return article


def test_errors_count_for_all_who_had_signed_before_and_for_who_put_them_right(cast, read):
    count_all()
    first = [(1, 0, 4, 5), (2, 1, 3, 3), (3, 2, 1, 1)]  # the reader found the second and third, readers the fourth
    assert rows_of(read) == [*first, (1, 0, 0, 5), (2, 0, 0, 3), (3, 0, 0, 1)]
    row = QualityCount.objects.first()
    assert (row.section, row.month) == (cast.news, timezone.localdate().replace(day=1))
    assert row.characters == len(TEXT) + len("便民桥通车")


def test_what_is_corrected_after_it_was_sent_back_counts_until_the_reading_is_done_again(cast):
    cast.let_readers_correct()
    article = cast.article(by=cast.writer, body=f"<p>{TEXT}</p>")
    cast.sign(article, times=1)
    cast.change(article, by=cast.head, body=f"<p>{TEXT.replace('今日', '昨日')}</p>")
    article.refresh_from_db()
    review.send_back(article, by=cast.head, reason="请核对日期")
    count_all()
    assert rows_of(article) == [(1, 0, 1, 5)]
    cast.sign(article, times=1)
    count_all()
    assert rows_of(article) == [(1, 0, 1, 5), (1, 0, 0, 5)]
    cast.change(article, by=cast.head, body=f"<p>{TEXT.replace('今日', '昨日').replace('山梁', '山岭')}</p>")
    sign(article, cast.head)
    count_all()
    assert rows_of(article) == [(1, 0, 1, 5), (1, 0, 1, 5), (2, 2, 0, 3)]


def test_what_writers_change_while_nobody_reads_is_no_error(cast):
    article = cast.article(by=cast.writer, body=f"<p>{TEXT}</p>")
    cast.sign(article, times=1)
    cast.change(article, by=cast.writer, voiding=True, body=f"<p>{TEXT.replace('今日', '昨日')}</p>")
    cast.sign(article, times=1)
    count_all()
    assert rows_of(article) == [(1, 0, 0, 5)] * 2


def test_what_the_machine_found_and_stayed_is_counted(cast):
    article = cast.article(by=cast.writer, body="<p>电话13812345678。</p>")
    signed = cast.sign(article, times=1)
    count_all()
    row = QualityCount.objects.get()
    assert row.warnings == sum(each["id"].startswith("hits.") for each in signed.warnings) == 1


def test_counting_twice_changes_nothing_and_goes_on_where_it_stopped(cast, read, monkeypatch):
    monkeypatch.setattr(register, "ENTRIES_PER_BATCH", 3)
    assert quality_counts.continue_quality_counts() == 3
    count_all()
    assert QualityRegister.objects.get().entry == AuditEntry.objects.latest("pk").pk
    before = {key: rows for key, rows in all_rows().items() if "register" not in key}
    QualityRegister.objects.update(entry=0)
    count_all()
    assert before == {key: rows for key, rows in all_rows().items() if "register" not in key}


def test_of_two_workers_one_counts(cast, read, monkeypatch):
    QualityRegister.objects.create(pk=1)
    rows_of_article = register._rows_of_article

    def other_worker_is_quicker(number, sections):
        QualityRegister.objects.update(entry=1)
        return rows_of_article(number, sections)

    monkeypatch.setattr(register, "_rows_of_article", other_worker_is_quicker)
    assert register.continue_quality_counts() == 0
    assert QualityRegister.objects.get().entry == 1
    assert not QualityCount.objects.exists()


def this_month():
    return timezone.localdate().replace(day=1)


def test_the_figures_are_of_the_sections_of_the_user(cast, read, django_assert_num_queries):
    cast.publish(cast.article(section=cast.culture, body=f"<p>{TEXT}</p>"))
    count_all()
    with django_assert_num_queries(1):
        final = quality_counts.figures_by_month(cast.chief, this_month())[-1]
    assert (final["texts"], final["left"], final["beyond"], final["allowed"]) == (3, 1, 0, 1)
    assert final["rate"] == round(10_000 / final["characters"], 2)
    in_order = [row["section__name"] for row in quality_counts.figures_by_section(cast.chief, this_month())]
    assert in_order == ["要闻"] * 3 + ["文旅"] * 3
    by_section = quality_counts.figures_by_section(cast.culture_editor, this_month())
    assert [(row["section__name"], row["texts"], row["left"]) for row in by_section] == [("文旅", 1, 0)] * 3
    assert quality_counts.figures_by_month(cast.chief, this_month(), cast.culture)[-1]["texts"] == 1
    assert quality_counts.figures_by_month(cast.chief, quality_counts.months_before(this_month(), 1)) == []


def test_twelve_months_are_shown():
    assert quality_counts.months_before(date(2026, 3, 1), 12) == date(2025, 3, 1)
    assert quality_counts.months_before(date(2026, 1, 1), 1) == date(2025, 12, 1)


def test_texts_with_more_errors_than_allowed_are_named(cast, read):
    count_all()
    assert quality_counts.texts_beyond(cast.chief, this_month()) == []
    cast.correct(read, body=f"<p>{TEXT.replace('过去孩子', '以前学生').replace('便民', '利民')}</p>")
    count_all()
    (row,) = [row for row in quality_counts.texts_beyond(cast.chief, this_month()) if row.stage == 3]
    assert (row.sign_off.article, row.left > 1) == (read, True)
    assert quality_counts.texts_beyond(cast.culture_editor, this_month()) == []


def test_the_page_shows_the_figures_and_takes_as_many_queries_for_many(client, cast, read, django_assert_num_queries):
    count_all()
    client.force_login(cast.chief)
    page = client.get(reverse("admin:quality_counts"))
    assert [row["left"] for row in page.context["by_month"]] == [4, 3, 1]
    assert page.context["by_section"][0]["section__name"] == "要闻"
    with django_assert_num_queries(10):
        client.get(reverse("admin:quality_counts"))
    for _ in range(3):
        cast.publish(cast.article(section=cast.culture))
    count_all()
    with django_assert_num_queries(10):
        client.get(reverse("admin:quality_counts"))
    earlier = client.get(reverse("admin:quality_counts") + "?month=2020-02&section=x").context
    assert (earlier["by_month"], earlier["month"]) == ([], date(2020, 2, 1))
    assert client.get(reverse("admin:quality_counts") + "?month=9999-12").status_code == 200
    client.force_login(cast.towns_writer)
    assert client.get(reverse("admin:quality_counts")).status_code == 403


def test_the_table_is_for_those_who_may_see_it_and_recorded(client, cast, read):
    count_all()
    client.force_login(cast.chief)
    answer = client.get(reverse("admin:quality_counts_export"))
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "月份,栏目,审次,篇次,字数,本审改正,签发时机器提示未处理,此后发现差错,每篇允许,万字差错,超标篇次"
    assert len(lines) == 4
    row = dict(zip(lines[0].split(","), lines[1].split(","), strict=True))
    assert (row["月份"], row["栏目"], row["篇次"]) == (f"{this_month():%Y-%m}", "要闻", "2")
    assert (row["本审改正"], row["此后发现差错"], row["每篇允许"]) == ("0", "4", "5")
    assert AuditEntry.objects.filter(action="qualitycount.exported").count() == 1
    with refused(PermissionDenied):
        quality_counts.export_quality_counts(this_month(), by=cast.writer)
