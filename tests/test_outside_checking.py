"""The outside checker reads submitted texts in the background; its hits are to be looked at, and nothing waits for it."""

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from articles import outside_checking, publishing, review
from articles.checks import hits
from articles.models import OutsideReading
from tests.cast import all_rows
from tests.serving import free_port

pytestmark = pytest.mark.django_db
TITLE = "望桥乡便民侨通车"
WRONG = {"field": "title", "start": 5, "end": 6, "reason": "100%是错字", "suggestion": "桥"}


class Checker(HTTPServer):
    """A service that records what it is asked, and gives `answer` with `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Listener)
        self.asked, self.status, self.answer = [], 200, json.dumps({"hits": [WRONG]})


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((sent["fields"], self.headers["Authorization"]))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.answer.encode())

    def log_message(self, *_facts):
        pass


@contextmanager
def listening():
    checker = Checker()
    thread = threading.Thread(target=checker.serve_forever)
    thread.start()
    try:
        yield checker
    finally:
        checker.shutdown()
        thread.join()
        checker.server_close()


@pytest.fixture
def checker(settings):
    with listening() as found:
        settings.OUTSIDE_CHECKER = f"http://127.0.0.1:{found.server_port}/"
        settings.OUTSIDE_CHECKER_TOKEN = "secret"
        yield found


def outside_hits(article):
    return [hit for hit in hits.hits_to_show(article) if hit.rule.name == "outside"]


def submitted(cast, **facts):
    article = cast.article(by=cast.writer, **{"title": TITLE, **facts})
    review.submit_article(article, by=cast.writer)
    article.refresh_from_db()
    return article


def test_a_submitted_text_is_read_once_and_its_hits_are_to_be_looked_at(cast, checker):
    cast.article(title="还是草稿")
    article = submitted(cast, short_title="便民侨通车")
    assert outside_checking.ask_outside_checker() == 1
    fields, authorization = checker.asked[0]
    assert (fields["title"], fields["short_title"], authorization) == (TITLE, "便民侨通车", "Bearer secret")
    assert "<p>" not in fields["body"]
    (hit,) = outside_hits(article)
    assert (hit.field, hit.start, hit.end, hit.words) == ("title", 5, 6, "侨")
    assert "100%是错字" in hit.reason
    assert "“桥”" in hit.reason
    assert hit.rule.severity == "warn"
    assert outside_checking.ask_outside_checker() == 0
    assert len(checker.asked) == 1


def test_its_hits_stand_in_the_sign_off_and_prevent_nothing(cast, checker):
    article = submitted(cast)
    outside_checking.ask_outside_checker()
    decision = review.sign_off_reading(article, by=cast.editor, revision=1)
    assert any("100%是错字" in warning["message"] for warning in decision.warnings)
    cast.sign(article)
    assert publishing.publish_article(article, by=cast.editor)


def test_while_it_is_away_texts_are_published_and_it_is_asked_again_later(cast, checker, settings):
    article = submitted(cast)
    there, settings.OUTSIDE_CHECKER = settings.OUTSIDE_CHECKER, f"http://127.0.0.1:{free_port()}/"
    assert outside_checking.ask_outside_checker() == 0
    settings.OUTSIDE_CHECKER = there
    assert outside_checking.ask_outside_checker() == 0, "not yet"
    assert not checker.asked
    OutsideReading.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert outside_checking.ask_outside_checker() == 1
    assert outside_hits(article)
    cast.sign(article)
    assert publishing.publish_article(article, by=cast.editor)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, "{}"),
        (307, "{}"),
        (200, "<html>"),
        (200, "[" * 99_999),
        (200, '{"hits": "' + "x" * outside_checking.MOST_BYTES + '"}'),
    ],
)
def test_what_is_no_answer_is_a_failure(cast, checker, status, answer):
    submitted(cast)
    checker.status, checker.answer = status, answer
    assert outside_checking.ask_outside_checker() == 0
    row = OutsideReading.objects.get()
    assert (row.found, row.attempts, len(checker.asked)) == (None, 1, 1)


@pytest.mark.parametrize(
    "finding",
    [
        *({**WRONG, "field": field} for field in ("credits", None, ["title"])),
        *({**WRONG, "start": start, "end": end} for start, end in [(-1, 2), (3, 3), (0, 99), ("0", 1), (True, 2)]),
        "title",
        None,
    ],
)
def test_what_is_no_finding_is_left_out(cast, checker, finding):
    article = submitted(cast)
    checker.answer = json.dumps({"hits": [finding, {**WRONG, "start": 0, "end": len(TITLE), "reason": "真\u202e的"}]})
    assert outside_checking.ask_outside_checker() == 1
    (hit,) = outside_hits(article)
    assert ("真的" in hit.reason, hit.words) == (True, TITLE)


@pytest.mark.parametrize("answer", ["[]", "{}", '{"hits": {}}', "null"])
def test_an_answer_without_findings_is_an_answer(cast, checker, answer):
    article = submitted(cast)
    checker.answer = answer
    assert outside_checking.ask_outside_checker() == 1
    assert outside_hits(article) == []


def test_it_is_off_by_default(cast, django_assert_num_queries):
    article = submitted(cast)
    before = all_rows()
    with django_assert_num_queries(0):
        assert outside_checking.ask_outside_checker() == 0
    assert all_rows() == before
    OutsideReading.objects.create(digest=article.latest.digest, found=[WRONG])
    assert outside_hits(article) == []
