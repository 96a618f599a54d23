"""Reads are counted by a beacon that stores nothing about readers; pages work without the counter."""

import threading
from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError
from django.utils import timezone

from articles import counting, publishing, reads
from articles.models import DailyReads
from tests.browser import chromium, forbidden_events
from tests.cast import Cast
from tests.serving import eventually

pytestmark = pytest.mark.django_db
WRITE_SOON = counting.BatchedCounter.start_writing  # the real one; the tests' own does nothing
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50"


@pytest.fixture
def live(cast):
    article = cast.article()
    cast.publish(article)
    return article


def sent(client, number, **headers):
    return client.post(f"/r/{number}", headers={"user-agent": PHONE, **headers})


def counted(article):
    reads.counted_reads.flush()
    return reads.read_counts(article).total


def test_a_read_is_counted_and_nothing_else_is_kept(client, live):
    answer = sent(client, live.number)
    assert (answer.status_code, answer.content, answer.cookies) == (204, b"", {})
    assert "no-store" in answer["Cache-Control"]
    assert counted(live) == 1
    assert {field.name for field in DailyReads._meta.get_fields()} == {"id", "article", "day", "count"}


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": ""},
        {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"},
        {"user-agent": "curl/8.5"},
        {"user-agent": "Mozilla/5.0 HeadlessChrome/130"},
        {"user-agent": "Bytespider"},
        {"user-agent": "Sogou web spider/4.0"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
    ],
)
def test_what_is_no_reader_is_not_counted_and_not_told_so(client, live, headers):
    assert sent(client, live.number, **headers).status_code == 204
    assert counted(live) == 0


def test_what_a_browser_sends_beside_is_fine(client, live, settings):
    sent(client, live.number, origin=settings.SITE_URL, **{"sec-fetch-site": "same-origin"})
    assert counted(live) == 1


def test_it_is_sent_by_post_alone(client, live):
    assert client.get(f"/r/{live.number}", headers={"user-agent": PHONE}).status_code == 405
    assert client.post("/r/x").status_code == 404
    assert counted(live) == 0


def test_numbers_of_no_public_article_are_dropped(client, cast, live):
    draft = cast.article()
    for number in (draft.number, 999_999, 10**18):
        sent(client, number)
    publishing.withdraw_article(live, by=cast.editor, reason="误")
    sent(client, live.number)
    reads.counted_reads.flush()
    assert not DailyReads.objects.exists()


def test_a_burst_is_written_in_few_statements(cast, django_assert_max_num_queries):
    shown = [cast.article() for _ in range(3)]
    for article in shown:
        cast.publish(article)

    def crowd():
        for n in range(900):
            reads.count_read(shown[n % 3].number)

    threads = [threading.Thread(target=crowd) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with django_assert_max_num_queries(4):
        assert reads.counted_reads.flush() == 7200
    assert [reads.read_counts(article).total for article in shown] == [2400] * 3


def test_days_are_the_sites_and_the_week_is_seven_of_them(live, monkeypatch):
    now = timezone.now()
    assert reads.read_counts(live) == (0, 0)
    for days in (0, 1, 6, 7, 30):
        monkeypatch.setattr(timezone, "now", lambda days=days: now - timedelta(days=days))
        reads.count_read(live.number)
    monkeypatch.setattr(timezone, "now", lambda: now)
    reads.counted_reads.flush()
    assert reads.read_counts(live) == (5, 3)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=7))
    assert reads.read_counts(live) == (5, 0)


def test_today_and_yesterday_are_two_days(live, cast, monkeypatch):
    now = timezone.now()
    for days in (0, 1, 2):
        monkeypatch.setattr(timezone, "now", lambda days=days: now - timedelta(days=days))
        reads.count_read(live.number)
    monkeypatch.setattr(timezone, "now", lambda: now)
    reads.counted_reads.flush()
    assert reads.reads_since_yesterday([live.number, cast.article().number]) == {live.number: 2}


def test_what_cannot_be_written_is_kept_for_the_next_time(live):
    reads.count_read(live.number)
    with (
        mock.patch.object(reads.counted_reads, "_write", side_effect=OperationalError("away")),
        pytest.raises(OperationalError),
    ):
        reads.counted_reads.flush()
    reads.count_read(live.number)
    assert counted(live) == 2


def test_the_memory_is_bounded(live, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTED", 5)
    for number in range(100):
        reads.count_read(number + 10_000)
    reads.count_read(live.number)
    assert len(reads.counted_reads._counts) == 5


@pytest.mark.django_db(transaction=True)
def test_the_thread_writes_and_ends(monkeypatch):
    monkeypatch.setattr(counting.BatchedCounter, "start_writing", WRITE_SOON)
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    with mock.patch.object(counting, "WRITE_INTERVAL", 0.01):
        reads.count_read(article.number)
        reads.counted_reads._writer.join(60)
    assert not reads.counted_reads._writer.is_alive()
    assert reads.read_counts(article).total == 1


def test_the_page_names_its_counter_and_a_preview_does_not(client, cast, live):
    assert f'data-read="/r/{live.number}"' in client.get(live.get_absolute_url()).content.decode()
    assert "data-read" not in client.get(cast.preview(live)).content.decode()


def test_the_desk_shows_what_was_counted(client, cast, live):
    reads.count_read(live.number)
    reads.counted_reads.flush()
    client.force_login(cast.editor)
    html = client.get(
        f"/admin/articles/article/{live.number}/change/", headers={"accept-language": "en"}
    ).content.decode()
    assert "1 in the last seven days" in html


@pytest.mark.django_db(transaction=True)
def test_a_browser_counts_once_and_a_page_without_its_counter_is_whole(live_server, settings):
    settings.SITE_URL = live_server.url
    cast = Cast()
    article = cast.article()
    cast.publish(article)
    with chromium() as browser:
        page = browser.new_page(user_agent=PHONE)
        wrong = forbidden_events(page, live_server.url)
        with page.expect_request(f"**/r/{article.number}") as asked:
            page.goto(live_server.url + article.get_absolute_url())
        assert asked.value.method == "POST"
        assert asked.value.post_data in (None, "")
        eventually(lambda: reads.counted_reads._counts.total() == 1, "the read is counted")
        assert page.context.cookies() == []
        blocked = browser.new_page(user_agent=PHONE)
        blocked.route("**/r/*", lambda route: route.abort())
        blocked.goto(live_server.url + article.get_absolute_url())
        assert article.title in blocked.inner_text("h1")
        assert wrong == []
