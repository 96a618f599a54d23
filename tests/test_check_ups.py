"""Check-ups of the archive: today's rules read what readers see, in batches; findings, lots, and the signed result."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from articles import check_rules, check_ups, publishing, review
from articles.check_ups import reading
from articles.checks import hits
from articles.checks.written_rules import current_rules
from articles.models import AuditEntry, CheckRule, CheckUp, CheckUpFinding, LinkHost, LinkTarget, Section
from articles.models.check_rule import Severity
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db
State = CheckUpFinding.State
MOBILE, OTHER = "13812345678", "13987654321"


def archived(cast, body, years=0, section=None):
    article = cast.article(body=body, section=section or cast.news)
    at = timezone.now() - timedelta(days=366 * years)
    return publishing.publish_archived(article, by=cast.admin, at=at, origin="旧站").article


@pytest.fixture
def archive(cast):
    """Five public texts, three with a number, of two years and two sections; one withdrawn, and a draft."""
    texts = [
        archived(cast, f"<p>电话{MOBILE}，又{OTHER}。</p>", years=2),
        archived(cast, "<p>无</p>"),
        archived(cast, f"<p>电话{MOBILE}。</p>", section=cast.culture),
        archived(cast, f"<p>电话{OTHER}。</p>"),
        archived(cast, "<p>无</p>", years=2),
    ]
    withdrawn = archived(cast, f"<p>电话{MOBILE}。</p>")
    publishing.withdraw_article(withdrawn, by=cast.chief, reason="有误")
    cast.article(body=f"<p>电话{MOBILE}。</p>")
    return texts


def run(check_up):
    while check_ups.continue_check_ups():
        pass
    check_up.refresh_from_db()
    return check_up


def begun(cast, **facts):
    return check_ups.begin_check_up(by=cast.chief, **facts)


class TestReading:
    def test_everything_that_readers_see_is_read_in_batches_and_counted(self, cast, archive, monkeypatch, settings):
        monkeypatch.setattr(reading, "TEXTS_PER_BATCH", 2)
        check_up = begun(cast)
        assert [check_ups.continue_check_ups() for _batch in range(4)] == [2, 2, 1, 0]
        check_up.refresh_from_db()
        assert (check_up.texts, check_up.read, check_up.is_done) == (5, 5, True)
        assert (check_up.program, check_up.rules_of) == (settings.VERSION, current_rules().version)
        assert check_up.ended_at > check_up.begun_at
        assert AuditEntry.objects.get(action="checkup.finished").details["count"] == 5
        (row,) = [row for row in check_ups.counts_by_rule(check_up) if row["rule"] == "mobile_number"]
        assert (row["texts"], row["places"], row["severity"]) == (3, 4, "warn")
        assert row["severity_name"] == Severity.WARN.label
        year = timezone.localdate().year
        phones = check_up.counts.filter(rule="mobile_number").order_by("year", "section__name")
        assert [(count.section, count.year, count.texts) for count in phones] == [
            (cast.news, timezone.localtime(archive[0].first_published_at).year, 1),
            (cast.culture, year, 1),
            (cast.news, year, 1),
        ]
        found = CheckUpFinding.objects.filter(rule="mobile_number").order_by("article_id")
        assert [(row.article, row.places) for row in found] == [(archive[0], 2), (archive[2], 1), (archive[3], 1)]
        assert MOBILE not in found[0].words

    def test_one_section_and_year(self, cast, archive):
        year = timezone.localtime(archive[0].first_published_at).year
        assert run(begun(cast, section=cast.news, year=year)).read == 2
        assert run(begun(cast, section=cast.culture)).read == 1
        assert run(begun(cast, year=1990)).read == 0

    def test_it_is_stopped_and_goes_on_where_it_stopped(self, cast, archive, monkeypatch):
        monkeypatch.setattr(reading, "TEXTS_PER_BATCH", 2)
        check_up = begun(cast)
        check_ups.continue_check_ups()
        for _time in range(2):  # the second time it is done already
            assert check_ups.stop_check_up(check_up, by=cast.chief).is_stopped
        assert check_ups.continue_check_ups() == 0
        assert begun(cast) == check_up  # the same one is resumed
        assert run(check_up).read == 5
        acts = AuditEntry.objects.filter(object_type="checkup").order_by("pk").values_list("action", flat=True)
        assert list(acts) == ["checkup.begun", "checkup.stopped", "checkup.resumed", "checkup.finished"]
        check_ups.stop_check_up(check_up, by=cast.chief)  # already done
        assert acts.count() == 4

    def test_who_may(self, cast):
        with refused(PermissionDenied):
            check_ups.begin_check_up(by=cast.editor)
        check_up = begun(cast)
        with refused(PermissionDenied):
            check_ups.stop_check_up(check_up, by=cast.head)

    def test_what_a_reader_set_aside_is_not_found(self, cast):
        article = cast.article(body="<p>11010519491231002X</p>")
        (hit,) = hits.open_hits(hits.Candidate(article, timezone.now()))
        review.setting_aside.set_hit_aside(article, by=cast.editor, key=hit.key, reason="本人同意")
        publishing.publish_archived(article, by=cast.admin, at=timezone.now(), origin="旧站")
        assert not run(begun(cast)).findings.filter(rule="identity_number").exists()

    def test_dead_links_are_among_the_findings(self, cast):
        archived(cast, '<p>见<a href="https://a.example/">通知全文</a>。</p>')
        host = LinkHost.objects.create(host="a.example", first_seen_at=timezone.now())
        facts = {"digest": hashlib.sha256(b"https://a.example/").hexdigest(), "kind": "page", "outcome": "gone"}
        LinkTarget.objects.create(address="https://a.example/", host=host, checked_at=timezone.now(), **facts)
        assert run(begun(cast)).findings.filter(rule="link_dead").exists()

    def test_a_batch_costs_the_same_for_more_texts(self, cast, django_assert_max_num_queries):
        for n in range(12):
            archived(cast, f"<p>电话138123456{n:02}。</p>")
        begun(cast)
        with django_assert_max_num_queries(22):
            assert check_ups.continue_check_ups() == 12

    def test_of_many_finds_in_one_text_three_are_told_and_twenty_known_again(self, cast):
        archived(cast, "".join(f"<p>电话138123456{n:02}。</p>" for n in range(21)))
        finding = run(begun(cast)).findings.get(rule="mobile_number")
        assert (finding.places, len(finding.keys), len(finding.words.split(" · "))) == (21, 20, 3)

    def test_findings_beyond_a_bound_are_only_counted(self, cast, archive, monkeypatch):
        monkeypatch.setattr(reading, "MOST_FINDINGS", 2)
        check_up = run(begun(cast))
        assert (check_up.findings.count(), check_up.kept) == (2, 2)
        assert sum(row["texts"] for row in check_ups.counts_by_rule(check_up)) > 2


class TestResult:
    def test_its_digest_is_in_the_audit_and_its_file_has_it(self, cast, client, archive):
        check_up = run(begun(cast))
        entry = AuditEntry.objects.get(action="checkup.finished")
        client.force_login(cast.editor)
        file = client.get(reverse("admin:articles_checkup_result", args=[check_up.pk])).content
        assert entry.details["sha256"] == check_up.digest == hashlib.sha256(file).hexdigest()
        result = json.loads(file)
        assert (result["section"], result["year"], result["texts"]) == (None, None, 5)
        cast.correct(archive[0], body="<p>无</p>")  # neither this nor another order of sections changes it
        Section.objects.filter(pk=cast.news.pk).update(position=9)
        assert check_ups.digest_of_result(check_ups.check_up_result(check_up)) == entry.details["sha256"]

    def test_the_page_is_printed(self, cast, client, archive):
        check_up = run(begun(cast))
        client.force_login(cast.editor)
        page = client.get(reverse("admin:articles_checkup_change", args=[check_up.pk])).content.decode()
        assert check_up.digest in page
        assert "mobile_number" in page
        assert "move" not in page

    def test_the_command_runs_one_to_its_end(self, cast, archive, capsys):
        cast.chief.is_active = True
        call_command("check_up", by="chief", section="news")
        said = capsys.readouterr().out
        assert "mobile_number" in said
        assert f"Read 4 texts. SHA-256 {CheckUp.objects.get().digest}" in said
        for wrong in ({"section": "none"}, {"year": 12}):
            with pytest.raises(CommandError, match="there is no such|four digits"):
                call_command("check_up", by="chief", **wrong)


class TestRereading:
    def live_rule(self, cast, name, pattern):
        rule = CheckRule(name=name, pattern=pattern, advice="应为“寒暄”。")
        check_rules.move_check_rule(check_rules.save_check_rule(rule, by=cast.chief), "trying", by=cast.chief)
        while check_rules.continue_trials():
            pass
        return check_rules.move_check_rule(rule, "live", by=cast.chief)

    def test_a_rule_that_comes_into_use_reads_what_is_published(self, cast):
        text = archived(cast, f"<p>寒喧，电话{MOBILE}。</p>", years=2)
        self.live_rule(cast, "寒暄", "寒喧")
        self.live_rule(cast, "望桥", "忘桥")
        (check_up,) = CheckUp.objects.all()  # they read together
        run(check_up)
        (finding,) = check_up.findings.all()
        assert (finding.rule, finding.article, finding.words) == ("寒暄", text, "寒喧")
        assert list(check_ups.findings_to_settle(cast.editor)) == [finding]
        assert not check_ups.findings_to_settle(cast.culture_editor).exists()

    def test_rules_that_come_with_newsroom_read_once_together(self, cast):
        check_rules.take_over_shipped_rules(by=cast.chief)
        (check_up,) = CheckUp.objects.all()
        assert check_up.only.count() == CheckRule.objects.filter(state="live").count() > 50
        check_rules.take_over_shipped_rules(by=cast.chief)
        assert CheckUp.objects.count() == 1


class TestFindings:
    @pytest.fixture
    def found(self, cast, archive):
        check_up = run(begun(cast))
        return list(check_up.findings.filter(rule="mobile_number").order_by("article_id"))

    def test_what_is_corrected_or_withdrawn_is_settled_by_itself(self, cast, archive, found):
        first, second, third = found
        cast.let_readers_correct()
        cast.correct(archive[0], body="<p>无</p>")
        publishing.withdraw_article(archive[2], by=cast.chief, reason="有误")
        left = check_ups.findings_to_settle(cast.chief).filter(rule="mobile_number")
        assert list(left) == [third], (first, second)

    def test_an_ignored_one_stays_so_in_later_check_ups(self, cast, archive, found):
        for _time in range(2):
            ignored = check_ups.settle_check_finding(found[0], by=cast.editor, reason="公开的热线", ignored=True)
            assert ignored.state == State.IGNORED
        entry = AuditEntry.objects.get(action="checkupfinding.ignored")
        facts = {"article": archive[0].pk, "rule": "mobile_number", "words": found[0].words, "reason": "公开的热线"}
        assert entry.details == facts
        again = run(begun(cast))
        rows = again.findings.filter(rule="mobile_number").order_by("article_id")
        assert [(row.state, row.by) for row in rows] == [
            (State.IGNORED, cast.editor), (State.OPEN, None), (State.OPEN, None)
        ]  # fmt: skip
        found[0].refresh_from_db()
        assert (rows[0].reason, rows[0].settled_at) == ("公开的热线", found[0].settled_at)
        found[1].refresh_from_db()
        assert (found[1].state, found[1].by) == (State.SETTLED, None)  # found again by the later one
        assert found[1].settled_at > found[1].check_up.ended_at
        cast.let_readers_correct()
        cast.correct(archive[0], body=f"<p>电话{OTHER}。</p>")
        assert run(begun(cast)).findings.get(rule="mobile_number", article=archive[0]).state == State.OPEN

    def test_one_is_settled_by_who_reads_or_publishes_in_its_section(self, cast, found):
        publisher = make_user("publisher", ["publish"], cast.news)
        for user, reason in ((cast.editor, "已\u202e告知"), (publisher, "又" * 201)):
            check_ups.settle_check_finding(found[0], by=user, reason=reason)
            found[0].refresh_from_db()
            assert (found[0].state, found[0].by) == (State.SETTLED, user)
        assert found[0].reason == "又" * 200
        reasons = [entry.details["reason"] for entry in AuditEntry.objects.filter(action="checkupfinding.settled")]
        assert sorted(reasons) == ["又" * 200, "已告知"]

    def test_it_is_refused(self, cast, found):
        with refused(check_ups.CannotSettleFinding, "Say why"):
            check_ups.settle_check_finding(found[0], by=cast.editor, reason="", ignored=True)
        for user in (cast.culture_editor, cast.writer):
            with refused(PermissionDenied):
                check_ups.settle_check_finding(found[0], by=user, reason="好")

    def test_a_lot_is_masked_in_new_drafts(self, cast, client, archive, found):
        client.force_login(cast.editor)
        address = reverse("admin:articles_checkup_findings")
        keys = [row.pk for row in found]
        client.post(address, {"finding": keys, "act": "mask"})
        for article in (archive[0], archive[3]):
            article.refresh_from_db()
            assert "138****5678" in article.body or "139****4321" in article.body
            assert MOBILE not in article.body
            assert article.state == article.State.CHANGED  # readers see the old text until it is published

    def test_a_text_in_which_a_number_is_gone_meanwhile_is_not_masked_by_halves(self, cast, client, archive, found):
        cast.change(archive[0], body=f"<p>电话{MOBILE}。</p>")
        client.force_login(cast.editor)
        client.post(reverse("admin:articles_checkup_findings"), {"finding": [found[0].pk], "act": "mask"})
        archive[0].refresh_from_db()
        assert archive[0].body == f"<p>电话{MOBILE}。</p>"
        assert not AuditEntry.objects.filter(action="article.hit_masked").exists()

    def test_a_lot_is_withdrawn_and_what_is_refused_stops_no_other(self, cast, client, archive, found):
        user = make_user("both", ["first"])
        make_duty = user.assignments.create
        make_duty(duty="withdraw", section=cast.culture)
        client.force_login(user)
        facts = {"finding": [row.pk for row in found], "act": "withdraw", "reason": "泄露电话"}
        client.post(reverse("admin:articles_checkup_findings"), facts)
        states = []
        for article in (archive[0], archive[2], archive[3]):
            article.refresh_from_db()
            states.append(article.withdrawal_reason)
        assert states == ["", "泄露电话", ""]

    def test_the_list_says_what_was_found(self, cast, client, found):
        client.force_login(cast.chief)
        html = client.get(reverse("admin:articles_checkup_findings")).content.decode()
        assert "mobile_number" not in html
        assert "手机号码" in html

    def test_the_list_is_bounded_and_pages_follow(self, cast, client, found, django_assert_max_num_queries):
        facts = {name: getattr(found[0], name) for name in ("check_up", "article", "digest", "section", "year")}
        rows = [CheckUpFinding(**facts, rule=f"规则{n}", severity="warn", words="字") for n in range(60)]
        CheckUpFinding.objects.bulk_create(rows)
        client.force_login(cast.editor)
        address = reverse("admin:articles_checkup_findings")
        with django_assert_max_num_queries(12):
            page = client.get(address, {"check_up": found[0].check_up_id})
        older = client.get(f"{address}?{page.context['older']}")
        shown = [*page.context["rows"], *older.context["rows"]]
        assert len(page.context["rows"]) == 50
        assert len({row.pk for row in shown}) == len(shown) >= 63
        assert [row.rule for row in client.get(address, {"rule": "规则7"}).context["rows"]] == ["规则7"]
        assert client.get(address, {"year": "99999999999", "before": "x"}).status_code == 200


def test_the_desk_begins_and_stops_one(cast, client, archive):
    client.force_login(cast.chief)
    client.post(reverse("admin:articles_checkup_begin"), {"section": cast.news.pk, "year": ""})
    check_up = CheckUp.objects.get()
    assert (check_up.section, check_up.by) == (cast.news, cast.chief)
    client.post(reverse("admin:articles_checkup_begin"), {"year": "12"})
    assert CheckUp.objects.count() == 1
    client.post(reverse("admin:articles_checkup_move", args=[check_up.pk]), {"act": "stop"})
    check_up.refresh_from_db()
    assert check_up.is_stopped
    for address in (reverse("admin:articles_checkup_changelist"), f"/admin/articles/checkup/{check_up.pk}/change/"):
        assert client.get(address).status_code == 200
