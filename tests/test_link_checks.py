"""Links of texts: the register that the worker keeps, what other sites answer, findings, and sites out of use."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles import discarding, link_checks, publishing, review
from articles.checks import hits
from articles.link_checks import asking, register
from articles.models import Article, AuditEntry, LinkHost, LinkTarget, LinkUse
from articles.models.link_check import LONGEST_HOST
from tests.cast import make_user, refused
from tests.outside_sites import outside_network, site

pytestmark = pytest.mark.django_db
Finding, Outcome, State = LinkTarget.Finding, LinkTarget.Outcome, LinkHost.State
STATUS = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def net(monkeypatch):
    with outside_network(monkeypatch) as net:
        yield net


def linking(*addresses):
    return "<p>望桥乡的便民桥。</p>" + "".join(f'<p><a href="{address}">详情</a></p>' for address in addresses)


def target_of(address):
    return LinkTarget.objects.get(address=address)


def make_due():
    """The pauses of all sites are over, and all their addresses are due."""
    now = timezone.now()
    LinkTarget.objects.filter(articles__gt=0).update(due_at=now)
    LinkHost.objects.update(next_at=now)


def check_all():
    link_checks.continue_register()
    make_due()
    return link_checks.check_outside_links()


@pytest.fixture
def dead(cast, net):
    """A dead link, of a text of the news."""
    site(net, lambda _request, _number: [STATUS % 404])
    cast.article(body=linking("http://site.example/gone"))
    check_all()
    return target_of("http://site.example/gone")


class TestRegister:
    def counts(self):
        return dict(LinkHost.objects.values_list("host", "articles"))

    def test_it_follows_saving_publishing_and_deleting(self, cast):
        article = cast.article(body=linking("https://a.example/1", "https://a.example/2", "https://b.example/"))
        other = cast.article(body=linking("https://a.example/1"))
        assert link_checks.continue_register() == 2
        assert self.counts() == {"a.example": 2, "b.example": 1}
        assert target_of("https://a.example/1").articles == 2
        soonest = LinkHost.objects.earliest("next_at").next_at - timezone.now()
        assert timedelta(seconds=2) < soonest <= register.PAUSE
        cast.publish(article)
        cast.change(article, body=linking("https://c.example/"))
        link_checks.continue_register()
        assert self.counts() == {"a.example": 2, "b.example": 1, "c.example": 1}  # readers still see the other links
        cast.publish(article)
        discarding.discard_draft(other, by=cast.admin)
        link_checks.continue_register()
        assert self.counts() == {"a.example": 0, "b.example": 0, "c.example": 1}
        assert [str(use.target) for use in LinkUse.objects.all()] == ["https://c.example/"]
        assert target_of("https://a.example/1").due_at is None
        assert link_checks.continue_register() == 0

    def test_older_texts_are_read_by_their_numbers_and_an_interruption_loses_none(self, cast, monkeypatch):
        monkeypatch.setattr(register, "ARTICLES_PER_BATCH", 2)
        assert link_checks.register_progress() == (0, 0)
        for n in range(5):
            cast.article(body=linking(f"https://a.example/{n}"))
        numbers = list(Article.objects.order_by("pk").values_list("pk", flat=True))
        progress = [(link_checks.register_progress(), link_checks.continue_register()) for _batch in range(4)]
        reached = [0, numbers[1], numbers[3], numbers[4]]
        assert progress == [((number, numbers[4]), read) for number, read in zip(reached, [2, 2, 1, 0], strict=True)]
        assert LinkHost.objects.get().articles == 5

    def test_a_dead_link_that_no_text_has_any_more_needs_no_settling(self, cast, dead):
        cast.change(Article.objects.get(), body="<p>无</p>")
        link_checks.continue_register()
        dead.refresh_from_db()
        assert (dead.articles, dead.finding, dead.by, dead.due_at) == (0, Finding.SETTLED, None, None)
        assert dead.settled_at > dead.found_at
        make_due()
        assert link_checks.check_outside_links() == 0
        assert LinkHost.objects.get().next_at is None
        with refused(link_checks.CannotSettle, "no text has it"):
            link_checks.reopen_finding(dead, by=cast.chief)

    def test_the_command_registers_everything(self, cast, monkeypatch, capsys):
        monkeypatch.setattr(register, "ARTICLES_PER_BATCH", 2)
        for n in range(5):
            cast.article(body=linking(f"https://a.example/{n}"))
        call_command("register_links")
        assert "are registered" in capsys.readouterr().out
        assert LinkTarget.objects.count() == 5

    def test_a_batch_costs_the_same_for_more_texts(self, cast, django_assert_max_num_queries):
        for n in range(30):
            cast.article(body=linking(*(f"https://{n}.example/{m}" for m in range(5))))
        with django_assert_max_num_queries(30):
            assert link_checks.continue_register() == 30
        assert LinkTarget.objects.count() == 150


class TestAsking:
    def test_what_is_gone_is_found_at_once_and_closed_when_it_answers_again(self, cast, net, dead):
        assert (dead.outcome, dead.status, dead.finding) == (Outcome.GONE, 404, Finding.OPEN)
        assert dead.due_at - dead.checked_at == timedelta(days=30)
        site(net, lambda _request, _number: [STATUS % 200])
        check_all()
        dead.refresh_from_db()
        assert (dead.outcome, dead.finding, dead.by) == (Outcome.WORKS, Finding.SETTLED, None)

    @pytest.mark.parametrize(
        ("status", "outcome"), [(200, "works"), (410, "gone"), (403, "untold"), (429, "untold"), (503, "unreachable")]
    )
    def test_what_a_status_means(self, cast, net, status, outcome):
        site(net, lambda _request, _number: [STATUS % status])
        cast.article(body=linking("http://site.example/"))
        assert check_all() == 1
        row = LinkTarget.objects.get()
        assert (row.outcome, row.finding) == (outcome, Finding.OPEN if outcome == "gone" else "")

    def test_one_site_is_asked_once_and_then_left_alone_for_a_pause(self, cast, net):
        asked = site(net, lambda _request, _number: [STATUS % 200])
        cast.article(body=linking("http://site.example/1", "http://site.example/2"))
        assert check_all() == 1
        assert link_checks.check_outside_links() == 0
        assert LinkHost.objects.get().next_at - timezone.now() > timedelta(seconds=8)
        assert len(asked.asked) == 1
        assert "User-Agent: Newsroom (http://127.0.0.1:8000; checks" in asked.asked[0]

    def test_while_a_question_may_still_be_answered_no_other_worker_asks_the_site(self, cast, monkeypatch):
        waits = []

        def answer(_address):
            waits.append(LinkHost.objects.get().next_at - timezone.now())
            return asking.Answer(Outcome.WORKS, 200, "a" * 300)

        monkeypatch.setattr(asking, "_ask", answer)
        cast.article(body=linking("http://site.example/"))
        assert check_all() == 1
        assert waits[0] > timedelta(seconds=asking.SECONDS)
        assert LinkHost.objects.get().leads_to == "a" * LONGEST_HOST

    def test_each_site_is_asked_again_when_its_own_first_address_is_due(self, cast, net):
        site(net, lambda _request, _number: [STATUS % 200], **{"away.example": []})
        cast.article(body=linking("http://site.example/", "/"))
        check_all()
        assert link_checks.check_own_links() == 1, "answers of others put this site's own links off"
        cast.article(body=linking("http://away.example/"))
        check_all()
        for target in LinkTarget.objects.exclude(host__host=""):
            assert target.host.next_at == target.due_at

    def test_what_does_not_answer_is_reported_after_the_second_time(self, cast, net):
        site(net, lambda _request, _number: [STATUS % 200], **{"away.example": []})
        cast.article(body=linking("http://site.example/"))
        check_all()  # the network is there
        cast.article(body=linking("http://away.example/"))
        for finding in ("", Finding.OPEN):
            check_all()
            assert target_of("http://away.example/").finding == finding

    def test_a_network_that_is_away_finds_nothing_dead(self, cast, net):
        cast.article(body=linking("http://site.example/"))
        net.names = {"site.example": []}
        for _time in range(3):
            assert check_all() == 1
        row = LinkTarget.objects.get()
        assert (row.outcome, row.failures, row.finding) == ("", 0, "")
        assert row.due_at > timezone.now()

    def test_it_can_be_turned_off(self, cast, net, settings):
        settings.LINK_CHECKS = False
        cast.article(body=linking("http://site.example/"))
        link_checks.continue_register()
        make_due()
        assert not link_checks.outside_links_are_due()

    def test_where_a_site_leads_is_noted(self, cast, net):
        moved = b"HTTP/1.1 302 Found\r\nLocation: http://casino.example/\r\n\r\n"
        answer = lambda request, _number: [STATUS % 200 if "casino" in request else moved]  # noqa: E731
        site(net, answer, **{"casino.example": ["93.184.216.34"]})
        cast.article(body=linking("http://site.example/"))
        check_all()
        assert LinkHost.objects.get().leads_to == "casino.example"

    def test_two_hundred_addresses_of_twenty_sites_are_asked_in_bounded_calls(self, cast, monkeypatch):
        monkeypatch.setattr(asking, "_ask", lambda _address: asking.Answer(Outcome.WORKS, 200))
        monkeypatch.setattr(asking, "QUESTIONS_PER_CALL", 7)
        cast.article(body=linking(*(f"https://{n % 20}.example/{n}" for n in range(200))))
        assert check_all() == 7
        assert [link_checks.check_outside_links() for _call in range(3)] == [7, 6, 0]


class TestSettling:
    def test_it_is_ignored_with_a_reason_and_stays_so(self, cast, dead):
        link_checks.settle_finding(dead, by=cast.editor, reason="原网站改版中", ignored=True)
        check_all()
        dead.refresh_from_db()
        assert (dead.finding, dead.reason, dead.by) == (Finding.IGNORED, "原网站改版中", cast.editor)
        entry = AuditEntry.objects.get(action="linktarget.ignored")
        assert entry.details == {"link": "http://site.example/gone", "reason": "原网站改版中"}
        link_checks.settle_finding(dead, by=cast.editor, reason="原网站改版中", ignored=True)
        assert AuditEntry.objects.filter(object_type="linktarget").count() == 1
        for _time in range(2):
            link_checks.reopen_finding(dead, by=cast.editor)
        dead.refresh_from_db()
        assert (dead.finding, dead.reason) == (Finding.OPEN, "")
        link_checks.settle_finding(dead, by=cast.editor, reason="已\u202e告知")
        link_checks.settle_finding(dead, by=cast.editor, reason="又" * 201)
        dead.refresh_from_db()
        assert (dead.reason, dead.settled_at > dead.found_at) == ("又" * 200, True)
        entries = AuditEntry.objects.filter(object_type="linktarget").order_by("pk")
        acts = ["linktarget.ignored", "linktarget.reopened", "linktarget.settled", "linktarget.settled"]
        assert [entry.action for entry in entries] == acts
        assert entries[2].details["reason"] == "已告知"
        assert link_checks.continue_register() == 0, "none of these is a text"

    def test_a_settled_one_opens_again_if_it_stays_dead(self, cast, dead):
        link_checks.settle_finding(dead, by=cast.editor, reason="")
        check_all()
        dead.refresh_from_db()
        assert (dead.finding, dead.by) == (Finding.OPEN, None)

    def test_each_has_those_of_their_sections_to_settle(self, cast, dead):
        cast.article(section=cast.culture, body=linking("http://other.example/"))
        link_checks.continue_register()
        for user, shown in (
            (cast.editor, [dead]),
            (cast.chief, [dead]),
            (cast.culture_editor, []),
            (cast.stranger, []),
        ):
            assert list(link_checks.links_to_settle(user)) == shown

    def test_it_is_refused(self, cast, dead):
        with refused(link_checks.CannotSettle, "Say why"):
            link_checks.settle_finding(dead, by=cast.editor, reason=" ", ignored=True)
        for user in (cast.writer, cast.culture_editor, cast.stranger):
            with refused(PermissionDenied):
                link_checks.settle_finding(dead, by=user, reason="好")
        LinkTarget.objects.update(finding="")
        with refused(link_checks.CannotSettle, "answers"):
            link_checks.settle_finding(dead, by=cast.editor, reason="好")
        with refused(link_checks.CannotSettle, "answers"):
            link_checks.reopen_finding(dead, by=cast.editor)


class TestHits:
    def rules_of(self, article):
        return [hit.rule.name for hit in hits.hits_to_show(article) if hit.rule.name.startswith("link_")]

    def test_a_dead_link_is_to_be_looked_at_with_the_age_of_the_answer(self, cast, dead):
        article = cast.article(body=linking("http://site.example/gone", "http://site.example/new"))
        (hit,) = [hit for hit in hits.machine_record(article).noticed if hit.rule.name == "link_dead"]
        assert f"404, {timezone.localtime(dead.checked_at):%m-%d}" in hit.words
        assert article.body[hit.start : hit.end] == '<a href="http://site.example/gone" rel="noopener">详情</a>'
        link_checks.settle_finding(dead, by=cast.editor, reason="改版中", ignored=True)
        assert self.rules_of(article) == []

    def test_links_to_sites_out_of_use(self, cast):
        article = cast.article(body=linking("https://a.example/1"))
        cast.sign(article)
        link_checks.continue_register()
        host = LinkHost.objects.get()
        host.state, host.reason = State.SUSPENDED, "停止服务"
        link_checks.save_link_host(host, by=cast.chief)
        assert self.rules_of(article) == ["link_to_suspended_site"]
        host.state, host.reason = State.HIJACKED, "已被抢注"
        link_checks.save_link_host(host, by=cast.chief)
        with refused(publishing.CannotPublish, "taken over"):
            publishing.publish_article(article, by=cast.editor)
        (hit,) = hits.open_hits(hits.Candidate(article, timezone.now()))
        review.setting_aside.set_hit_aside(article, by=cast.editor, key=hit.key, reason="引用原文")
        publishing.publish_article(article, by=cast.editor)

    def test_more_links_than_are_looked_after_must_be_settled(self, cast, monkeypatch):
        monkeypatch.setattr("articles.checks.links.MOST_LINKS", 2)
        article = cast.article(body=linking(*(f"https://a.example/{n}" for n in range(3))))
        assert [hit.rule.name for hit in hits.open_hits(hits.Candidate(article, timezone.now()))] == ["too_many_links"]
        cast.change(article, body=linking("https://a.example/1", "https://a.example/2"))
        assert not hits.open_hits(hits.Candidate(Article.objects.get(pk=article.pk), timezone.now()))

    def test_a_text_without_links_costs_no_query(self, cast):
        article = cast.article()
        with CaptureQueriesContext(connection) as queries:
            hits.machine_record(article)
        assert not [query for query in queries if "articles_link" in query["sql"]]


def test_a_site_is_put_out_of_use_with_a_reason_by_those_who_write_rules(cast):
    host = LinkHost.objects.create(host="a.example", first_seen_at=timezone.now())
    host.state = State.HIJACKED
    with refused(ValidationError, "Say why"):
        link_checks.save_link_host(host, by=cast.chief)
    host.reason = "已被抢注"
    with refused(PermissionDenied):
        link_checks.save_link_host(host, by=cast.editor)
    link_checks.save_link_host(host, by=cast.chief)
    entry = AuditEntry.objects.get(action="linkhost.changed")
    assert entry.details["new"] == ["hijacked", "已被抢注"]
    link_checks.save_link_host(host, by=cast.chief)
    assert AuditEntry.objects.filter(object_type="linkhost").count() == 1


class TestDesk:
    def test_the_list_is_bounded_pages_follow_and_a_button_settles(
        self, cast, client, dead, django_assert_max_num_queries
    ):
        rows = [
            LinkTarget(address=f"https://a.example/{n}", digest=f"{n:064}", host=dead.host, kind="page", articles=1,
                       outcome="gone", finding="open", found_at=dead.found_at)
            for n in range(70)
        ]  # fmt: skip
        LinkTarget.objects.bulk_create(rows)
        client.force_login(cast.editor)
        address = reverse("admin:articles_linktarget_changelist")
        with django_assert_max_num_queries(12):
            page = client.get(address)
        first = page.context["rows"]
        second = client.get(address, {"before": page.context["before"]}).context
        assert [len(first), len(second["rows"]), second["before"]] == [50, 21, None]
        assert len({row.pk for row in (*first, *second["rows"])}) == 71
        facts = {"target": dead.pk, "act": "ignore", "reason": "改版中"}
        client.post(reverse("admin:articles_linktarget_settle"), facts)
        assert [row.pk for row in client.get(address, {"state": "ignored"}).context["rows"]] == [dead.pk]

    def test_its_page_names_the_texts_that_the_user_may_read(self, cast, client, dead):
        secret = cast.article(section=cast.culture, title="机密稿", body=linking(dead.address))
        link_checks.continue_register()
        reader_of_towns = make_user("towns-reader", ["first"], cast.towns)
        for user, shown in ((cast.culture_editor, True), (reader_of_towns, False)):
            client.force_login(user)
            page = client.get(reverse("admin:articles_linktarget_change", args=[dead.pk]))
            assert page.status_code == 200
            assert ("机密稿" in page.content.decode()) is shown, secret

    def test_the_register_of_sites(self, cast, client, dead):
        client.force_login(cast.chief)
        page = client.get(reverse("admin:articles_linkhost_changelist"))
        assert "site.example" in page.content.decode()
        facts = {"state": "suspended", "reason": "停止服务"}
        client.post(reverse("admin:articles_linkhost_change", args=[dead.host_id]), facts)
        assert LinkHost.objects.get().state == State.SUSPENDED
