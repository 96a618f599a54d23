"""The review sheet: who read what, when, and what they changed; the same in HTML and PDF; several days in one file."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from pypdf import PdfReader

from articles import merkle_log, pictures, publishing, restoring, review, review_sheet, scheduling
from articles.models import Article, AuditEntry
from articles.models.audit_actions import ORIGIN_NAMES
from articles.review_sheet.pdf import review_sheets_pdf
from tests.cast import make_user, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_readings")]


def told(cast):
    """An article read by three people, the second of whom corrected a word; published, corrected, withdrawn."""
    cast.let_readers_correct()
    picture = pictures.store_picture(upload(), by=cast.writer, alt="桥")
    body = f'<p>三人受轻伤。</p><figure><img src="{picture.url}" alt="桥"><figcaption>图</figcaption></figure>'
    article = cast.article(title="大桥通车", body=body)
    review.submit_article(article, by=cast.admin)
    review.sign_off_reading(article, by=cast.editor, revision=1, opinion="事实已核")
    cast.change(article, by=cast.head, body=body.replace("三人", "五人"))
    review.sign_off_reading(article, by=cast.head, revision=2, opinion="改正人数")
    review.sign_off_reading(article, by=cast.chief, revision=2, opinion="同意签发")
    publishing.publish_article(article, by=cast.editor)
    cast.correct(article, note="标题漏“今日”。", title="大桥今日通车")
    publishing.withdraw_article(article, by=cast.editor, reason="数据待核")
    article.refresh_from_db()
    return article


@pytest.fixture
def story(cast):
    return told(cast)


def words(data):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def printed(article):
    """The sheet's text in both formats, which must agree: HTML without tags, and PDF."""
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.utils.html import strip_tags  # noqa: PLC0415

    sheet = review_sheet.review_sheet(article)
    return strip_tags(render_to_string("review_sheet.html", {"sheet": sheet})), words(
        review_sheets_pdf([sheet], title="t")
    )


def test_a_migrated_edition_says_where_it_came_from(cast, english):
    for origin in ("text file", "demo"):
        article = cast.article()
        publishing.publish_archived(article, by=cast.chief, at=timezone.now() - timedelta(days=900), origin=origin)
        for form in printed(Article.objects.get(pk=article.pk)):
            assert f"imported from {ORIGIN_NAMES[origin]}" in form


def pieces(decision):
    return {(s.kind, s.text) for change in decision.changes for line in change.changed_lines for s in line.spans}


def test_every_edition_has_its_readings_with_what_was_said_and_changed(cast, story):
    sheet = review_sheet.review_sheet(story)
    first, second = sheet.rounds
    assert [d.row.opinion for d in first.readings] == ["事实已核", "改正人数", "同意签发"]
    assert [d.row.person for d in first.readings] == [cast.editor, cast.head, cast.chief]
    assert pieces(first.readings[1]) >= {("removed", "三"), ("added", "五")}
    assert [d.changes for d in (first.readings[0], first.readings[2], *second.readings)] == [[]] * 5
    assert [made.edition.number for made in sheet.publications] == [2, 1]
    assert [(act.what, act.by, act.why) for act in sheet.acts] == [("撤回", "梁静姝", "数据待核")]
    assert len(sheet.trail) == 8


def test_the_sheet_has_the_marked_copy_of_each_text_that_its_readers_changed(cast, story):
    first, second = review_sheet.review_sheet(story).rounds
    assert second.copy is None, "nobody changed a word of the correction"
    assert [(step.name, step.reading) for step in first.copy.steps] == [("head", "复审")]
    changed = [(s.kind, s.text) for p in first.copy.parts for line in p.lines for s in line.spans if s.kind != "same"]
    assert changed == [("removed", "三"), ("added", "五")]
    for form in printed(story):
        assert "花脸稿" in form


def test_both_forms_tell_the_same(cast, story):
    for form in printed(story):
        for word in (
            "大桥今日通车",
            "事实已核",
            "改正人数",
            "同意签发",
            "梁静姝",
            "标题漏",
            "数据待核",
            "撤回",
            "更正",
            "霁川新闻网",
            story.live.digest if story.live else story.editions.first().digest,
            story.public_url,
        ):
            assert word in form


def test_what_the_writer_changed_meanwhile_is_not_its_readers(cast):
    cast.let_readers_correct()
    article = cast.article(body="<p>桥长三十米。</p>", by=cast.writer)
    review.submit_article(article, by=cast.writer)
    cast.change(article, by=cast.writer, body="<p>桥长四十米。</p>")
    cast.change(article, by=cast.editor, body="<p>桥长四十五米。</p>")
    review.sign_off_reading(article, by=cast.editor, revision=3)
    (decision,) = [d for d in review_sheet.review_sheet(article).trail if d.row.decision == "pass"]
    assert pieces(decision) == {("same", "桥长四十"), ("added", "五"), ("same", "米。")}


def test_what_a_reader_corrected_in_several_saves_is_told_whole(cast):
    cast.let_readers_correct()
    article = cast.article(body="<p>桥长三十米。</p>")
    review.submit_article(article, by=cast.admin)
    for body in ("<p>桥长四十米。</p>", "<p>桥长五十米。</p>"):
        cast.change(article, by=cast.editor, body=body)
    review.sign_off_reading(article, by=cast.editor, revision=3)
    (decision,) = [d for d in review_sheet.review_sheet(article).trail if d.row.decision == "pass"]
    assert {("removed", "三"), ("added", "五")} <= pieces(decision)


def test_sent_back_handed_on_held_and_voided_stand_in_the_trail_in_order(cast):
    article = cast.article()
    review.submit_article(article, by=cast.admin)
    review.put_on_hold(article, by=cast.editor, reason="等核实")
    review.sign_off_reading(article, by=cast.editor, revision=1)
    other = make_user("other-head", ["second"])
    cast.change(article, by=cast.head, title="改过的标题")
    review.hand_on_reading(article, by=cast.head, to=other, reason="出差")
    review.send_back(article, by=other, reason="再核一遍", to_stage=1)
    cast.sign(article, times=1)
    cast.change(article, by=cast.writer, voiding=True, title="又改了")
    cast.sign(article, times=0)
    article.refresh_from_db()
    review.reject_article(article, by=cast.editor, reason="不宜刊发")
    trail = review_sheet.review_sheet(article).trail
    assert [d.row.decision for d in trail] == [
        "submit",
        "hold",
        "pass",
        "hand_on",
        "back",
        "pass",
        "void",
        "submit",
        "reject",
    ]
    handed, back = trail[3], trail[4]
    assert (handed.destination, back.destination) == ("转给 other-head", back.destination)
    assert trail[2].reading in back.destination
    assert ("removed", "又改了") not in pieces(handed)
    assert any(kind == "added" for kind, _text in pieces(handed))
    for form in printed(article):
        for reason in ("等核实", "出差", "再核一遍", "不宜刊发", "other-head"):
            assert reason in form


@pytest.mark.parametrize(("who", "basis"), [("chief", "急稿"), ("admin", "破窗")])
def test_urgent_and_broken_glass_are_printed_plainly_and_late_readings_count(cast, who, basis):
    article = cast.article()
    review.submit_article(article, by=cast.writer)
    edition = publishing.publish_urgent(article, by=getattr(cast, who), reason="汛情紧急")
    article.refresh_from_db()
    (only,) = review_sheet.review_sheet(article).rounds
    assert (only.readings, only.late) == ([], False)
    cast.sign(article)
    (only,) = review_sheet.review_sheet(article).rounds
    assert ([d.row.stage for d in only.readings], only.late) == ([1, 2, 3], True)
    for form in printed(article):
        assert "汛情紧急" in form
        assert edition.get_basis_display() in form


def test_the_same_person_is_marked(cast):
    cast.news.same_person_allowed = True
    cast.news.save()
    article = cast.article(by=cast.chief)
    cast.sign(article)
    last = review_sheet.review_sheet(article).rounds[0].readings[-1]
    assert last.row.same_person
    for form in printed(article):
        assert form.count("同一人") == 2  # beside the reading, and in the trail


def test_warnings_open_at_a_reading_are_printed(cast):
    article = cast.article(source=None)
    review.submit_article(article, by=cast.admin)
    row = review.sign_off_reading(article, by=cast.editor, revision=1)
    assert row.warnings
    article.refresh_from_db()
    for form in printed(article):
        assert row.warnings[0]["message"][:12] in form


def test_scheduling_is_told_in_the_sites_zone(cast):
    article = cast.article()
    cast.sign(article)
    at = timezone.now().replace(microsecond=0) + timedelta(days=1)
    scheduling.schedule_article(article, by=cast.chief, at=at)
    (act,) = review_sheet.review_sheet(article).acts
    assert act.why == f"{timezone.localtime(at):%Y-%m-%d %H:%M}"


def test_more_than_a_sheet_holds_is_said(cast, story, monkeypatch):
    monkeypatch.setattr(review_sheet, "MOST_DECISIONS", 3)
    sheet = review_sheet.review_sheet(story)
    assert sheet.shortened
    assert len(sheet.trail) == 3
    # The first edition was signed, beyond what the sheet holds: it is not printed as one that nobody signed.
    assert [(one.edition.number, len(one.readings)) for one in sheet.rounds] == [(2, 3)]
    for form in printed(story):
        assert "尚无人签审" not in form


def test_a_draft_nobody_read_says_so(cast):
    article = cast.article()
    assert review_sheet.review_sheet(article).rounds == []
    for form in printed(article):
        assert "尚无人签审" in form


def test_an_ordinary_sheet_is_one_page_and_each_begins_its_own(cast):
    articles = [cast.article(), cast.article()]
    for article in articles:
        cast.publish(article)
        article.refresh_from_db()
    two = PdfReader(io.BytesIO(review_sheets_pdf([review_sheet.review_sheet(a) for a in articles], title="t")))
    assert [page.extract_text().count("审稿单") for page in two.pages] == [1, 1]


def test_the_state_of_the_public_log_is_printed_with_its_key(cast):
    call_command("make_log_key", stdout=io.StringIO())
    article = cast.article()
    cast.publish(article)
    page, paper = printed(article)
    for line in (str(merkle_log.read_log_keys()[0].verifier), merkle_log.PUBLIC_LOG.signed_checkpoint().split("\n")[2]):
        assert line in page
        assert line in "".join(paper.split())
    sheet = review_sheet.review_sheet(article)
    assert len(PdfReader(io.BytesIO(review_sheets_pdf([sheet], title="t"))).pages) == 1


def test_characters_the_font_lacks_are_never_printed_as_others(cast):
    article = cast.article(title="吉𠮷记者王·买提")
    text = words(review_sheets_pdf([review_sheet.review_sheet(article)], title="t"))
    assert "吉〓(U+20BB7)记者王・买提" in text


def test_endless_text_breaks_no_sheet(cast):
    cast.let_readers_correct()
    article = cast.article(body="<p>" + "零一二三四五六七八九" * 500 + "</p>")
    review.submit_article(article, by=cast.admin)
    cast.change(article, by=cast.editor, body="".join(f"<p>{'9' * 3000}{n}</p>" for n in range(40)))
    review.sign_off_reading(article, by=cast.editor, revision=2, opinion="长" * 400)
    article.refresh_from_db()
    text = words(review_sheets_pdf([review_sheet.review_sheet(article)], title="t"))
    table, below = text.split("改动较多，列于表后。")
    assert "长" * 20 in table
    assert "9" * 50 not in table, "what fills pages stands outside the table, which is laid out anew for each"
    assert all(f"9{n}" in below for n in range(40))


def test_markup_in_a_title_breaks_no_sheet(client, cast):
    article = cast.article(title="<b>&amp;</para>")
    assert review_sheets_pdf([review_sheet.review_sheet(article)], title="t").startswith(b"%PDF")
    client.force_login(cast.editor)
    page = client.get(f"/admin/articles/article/{article.pk}/sheet/").content.decode()
    assert "<td>&lt;b&gt;&amp;" in page


def test_a_sheet_asks_little_however_many_decided(cast, story, django_assert_max_num_queries):
    for turn in range(12):
        cast.change(story, title=f"第{turn}稿", voiding=True)
        cast.sign(story)
    with django_assert_max_num_queries(14):
        review_sheet.review_sheet(story)


# --- At the desk --------------------------------------------------------------------------------------------------


def test_an_auditor_takes_sheets_and_every_file_is_recorded(client, cast, story):
    client.force_login(make_user("auditor", ["audit"]))
    one = client.get(f"/admin/articles/article/{story.pk}/sheet.pdf")
    day = timezone.localdate(story.first_published_at)
    page = client.get("/admin/sheets/", {"start": day, "end": day})
    many = client.get("/admin/sheets/", {"start": day, "end": day, "format": "pdf"})
    assert "大桥今日通车" in page.content.decode()
    assert words(one.content) == words(many.content)
    assert one["Content-Disposition"].startswith("inline; filename")
    for answer in (one, many):
        assert answer["Content-Type"] == "application/pdf"
        assert "no-store" in answer["Cache-Control"]
    exported = AuditEntry.objects.filter(action__endswith="exported").values_list("action", "details")
    assert sorted(action for action, _details in exported) == ["article.sheet_exported", *["sheets.exported"] * 2]
    assert client.get(f"/admin/articles/article/{story.pk}/change/").status_code == 403


def test_days_are_the_sites_and_both_are_in(client, cast):
    inside, outside = cast.article(), cast.article()
    for article, at in ((inside, "2020-02-01T23:59:00+08:00"), (outside, "2020-02-02T00:00:00+08:00")):
        at = timezone.datetime.fromisoformat(at)
        publishing.publish_archived(article, by=cast.editor, at=at, origin="旧站")
    client.force_login(cast.chief)
    page = client.get("/admin/sheets/", {"start": "2020-02-01", "end": "2020-02-01"})
    assert [sheet.article.pk for sheet in page.context["sheets"]] == [inside.pk]
    none = client.get("/admin/sheets/", {"start": "2020-01-01", "end": "2020-01-01", "format": "pdf"})
    assert len(PdfReader(io.BytesIO(none.content)).pages) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"start": "x", "end": "y"},
        {"start": "2026-02-02", "end": "2026-01-01"},
        {"start": ""},
        {"start": "0001-01-01", "end": "2026-01-01"},
        {"start": "2026-01-01", "end": "9999-12-31"},
    ],
)
def test_days_that_are_none_get_a_sentence(client, cast, query):
    client.force_login(cast.chief)
    response = client.get("/admin/sheets/", query)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not AuditEntry.objects.filter(action="sheets.exported").exists()


def test_too_many_sheets_for_one_file_are_refused(client, cast, story, monkeypatch):
    monkeypatch.setattr("articles.admin.review_sheets_and_evidence.MAX_SHEETS_PER_FILE", 1)
    cast.publish(cast.article())
    client.force_login(cast.chief)
    day = timezone.localdate(story.first_published_at)
    response = client.get("/admin/sheets/", {"start": day, "end": day})
    assert response.context["form"].errors
    assert not response.context["period_is_chosen"]


def test_a_number_that_is_none_is_not_found(client, cast):
    client.force_login(cast.chief)
    for number in (0, 10**30):
        for name in ("sheet/", "sheet.pdf", "evidence.zip"):
            assert client.get(f"/admin/articles/article/{number}/{name}").status_code == 404


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_sheets_of_all_sections_are_for_those_who_publish_in_all(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get("/admin/sheets/", {"start": "2026-01-01", "end": "2026-01-01"}).status_code == 403
    assert not AuditEntry.objects.filter(action="sheets.exported").exists()


def test_restoring_is_no_correction_of_a_reader(cast, story):
    """Restoring an older text voids sign-offs, and is not a correction in a reading."""
    restoring.restore_revision(story.revisions.get(number=1), by=cast.writer)
    trail = review_sheet.review_sheet(story).trail
    assert all(not d.changes for d in trail if d.row.decision == "void")
