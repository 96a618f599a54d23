"""What is measured inside a process of the newsroom; each prints one line of JSON. Run by tests/bench/run.py."""

import json
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import clear_url_caches, path  # noqa: E402
from django.utils import timezone  # noqa: E402

import newsroom.urls  # noqa: E402
from articles import baking, check_rules, check_ups, editing, publication_log, publishing, review, search  # noqa: E402
from articles.baking import jobs, store  # noqa: E402
from articles.baking.render import render_page  # noqa: E402
from articles.baking.whole import PAGES_PER_CHUNK  # noqa: E402
from articles.check_ups.reading import TEXTS_PER_BATCH  # noqa: E402
from articles.checks.plain_text import plain_text_of_html  # noqa: E402
from articles.checks.written_rules import WrittenRules  # noqa: E402
from articles.models import Article, CheckRule, CheckUp, Credit, Person, SearchText, Section, Source  # noqa: E402
from tests.bench.desk import processor_milliseconds  # noqa: E402

ROUNDS = 9
LOGGED = 40  # publications with the public log, and as many without


def cpu(batch: Callable[[list[str]], None], addresses: list[str]) -> float:
    """Milliseconds of processor time for one of these pages."""
    begun = time.process_time()
    batch(addresses)
    return (time.process_time() - begun) / len(addresses) * 1000


def bare(request: HttpRequest, number: int) -> HttpResponse:
    """A bare Django view with one query: the article with its edition and text, and nothing around it."""
    article = Article.objects.select_related("live__revision").get(number=number)
    return HttpResponse(article.live.revision.content["body"])


def render() -> dict[str, float]:
    """Processor time of an article page against a bare view, and of a deep section page against an early one. Pages are
    rendered in batches of different ones, as baking the site does.
    """
    newsroom.urls.urlpatterns.insert(0, path("bare/<int:number>/", bare))
    clear_url_caches()
    numbers = list(
        Article.objects.public().order_by("number").values_list("number", flat=True)[500 : 500 + PAGES_PER_CHUNK]
    )
    news = Section.objects.get(slug="news")
    deep = max(2 + PAGES_PER_CHUNK, news.last_page - PAGES_PER_CHUNK - 1)
    pages = {
        "bare": [f"/bare/{number}/" for number in numbers],
        "article": [f"/a/{number}/" for number in numbers],
        "first": [f"/s/news/{page}/" for page in range(2, 2 + min(PAGES_PER_CHUNK, news.last_page - 2))],
        "deep": [f"/s/news/{page}/" for page in range(deep, min(deep + PAGES_PER_CHUNK, news.last_page + 1))],
    }
    pages["deep"] = pages["deep"] or pages["first"]
    found: dict[str, float] = {"deep_page": deep}
    for name, addresses in pages.items():
        with CaptureQueriesContext(connection) as queries:
            render_page(addresses[0])
        found[f"{name}_queries"] = len(queries)

    def batch(addresses: list[str]) -> None:
        shared: dict[str, Any] = {"paths": addresses}
        for address in addresses:
            render_page(address, shared)

    rounds: dict[str, list[float]] = {name: [] for name in pages}
    for _round in range(ROUNDS):
        for name, addresses in pages.items():
            rounds[name].append(cpu(batch, addresses))
    return found | {name: statistics.median(seen) for name, seen in rounds.items()}


def publish() -> dict[str, float]:
    """Milliseconds from the publish button to the last file, those of processor time (with PostgreSQL's process), and
    how many files were written: medians of some articles.
    """
    jobs.start_baking = lambda: None  # in this process and timed, instead of in another thread
    written = [0]
    replace = store.LocalFiles.replace

    def counted(self: store.LocalFiles, *args: Any, **facts: Any) -> None:
        written[0] += 1
        replace(self, *args, **facts)

    store.LocalFiles.replace = counted  # type: ignore[method-assign]
    by = ready_to_publish()
    baking.bake_pending()
    times, spent, files = [], [], []
    for article in signed_articles(12, by=by):
        written[0] = 0
        begun, before = time.perf_counter(), processor_milliseconds()
        publishing.publish_article(article, by=by)
        baking.bake_pending()
        times.append((time.perf_counter() - begun) * 1000)
        spent.append(processor_milliseconds() - before)
        files.append(written[0])
    found = {"ms": times, "processor": spent, "files": files}
    return {name: statistics.median(values[2:]) for name, values in found.items()}


def public_log() -> dict[str, float]:
    """Milliseconds of processor time of this process to publish and bake with the public log and without it, in turns:
    medians, and the median of the ratios of neighbours.
    """
    jobs.start_baking = lambda: None
    log_act, spent = publication_log.log_act, {"on": [], "off": []}  # type: dict[str, list[float]]
    by = ready_to_publish()
    for number, article in enumerate(signed_articles(2 * LOGGED + 4, by=by)):
        side = "off" if number % 2 else "on"
        publication_log.log_act = log_act if side == "on" else lambda *_args, **_facts: set()
        baking.bake_pending()
        begun = time.process_time()
        publishing.publish_article(article, by=by)
        acted = time.process_time()
        baking.bake_pending()
        if number >= 4:
            spent[side].append((time.process_time() - begun) * 1000)
            spent.setdefault(f"act_{side}", []).append((acted - begun) * 1000)
    publication_log.log_act = log_act
    ratios = {
        f"{name}ratio": statistics.median(a / b for a, b in zip(spent[f"{name}on"], spent[f"{name}off"], strict=True))
        for name in ("", "act_")
    }
    return {name: statistics.median(values) for name, values in spent.items()} | ratios


def ready_to_publish() -> User:
    """An account with all permissions, in a newsroom whose news section requires one reading, by anybody."""
    Section.objects.filter(slug="news").update(stages=1, same_person_allowed=True)
    return User.objects.filter(username="bench").first() or User.objects.create(username="bench", is_superuser=True)


def signed_articles(count: int, *, by: User) -> Iterator[Article]:
    """Articles of the section of news, one by one, written and signed, with nothing left to do but to publish them."""
    section = Section.objects.get(slug="news")
    source = Source.objects.filter(standing=Source.Standing.OWN)[0]
    credits = [
        (Credit.Role.REPORTER, Person.objects.all()[0]),
        (Credit.Role.RESPONSIBLE_EDITOR, Person.objects.all()[1]),
    ]
    for n in range(count):
        article = Article(
            title=f"测速稿件{n}，{time.time_ns()}",
            body="<p>望桥乡的便民桥今日通车。</p>" * 8,
            section=section,
            source=source,
            keywords="便民桥,望桥乡",
        )
        editing.save_article(article, by=by, credits=credits)
        review.submit_article(article, by=by)
        article.refresh_from_db()
        review.sign_off_reading(article, by=by, revision=article.latest.number)
        yield article


def bake() -> dict[str, float]:
    """Pages a second: one after the other, each requested separately; and the whole site on all cores. Images of
    codes, which are not drawn again, are not counted.
    """
    addresses = [
        address for group in baking.affected_pages.all_addresses() for address in group if not address.startswith("/q/")
    ]
    begun = time.perf_counter()
    for address in addresses:
        body = render_page(address)
        if body is not None:
            store.compressed_copies(store.file_name(address), body)
    single = len(addresses) / (time.perf_counter() - begun)
    begun = time.perf_counter()
    baking.bake_everything(restart=True, processes=os.cpu_count())
    return {"single": single, "whole": len(addresses) / (time.perf_counter() - begun), "pages": len(addresses)}


def memory() -> dict[str, float]:
    """Megabytes of a process that has answered many pages of the archive."""
    from newsroom.wsgi import application  # noqa: PLC0415 (what is measured)

    last = Article.objects.order_by("-number").values_list("number", flat=True)[0]
    addresses = ["/", "/s/news/", "/sitemap.xml", "/feeds/all.atom", f"/sitemap-{timezone.localdate():%Y-%m}.xml"]
    addresses += [f"/a/{number}/" for number in range(1, last, max(1, last // 500))]
    for address in addresses:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address,
            "QUERY_STRING": "",
            "HTTP_HOST": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": open(os.devnull, "rb"),  # noqa: SIM115
            "wsgi.errors": sys.stderr,
        }
        for _part in application(environ, lambda *_args: None):
            pass
    # Not ru_maxrss, which is that of the process that started this one if it is larger.
    most = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {"mb": int(most[1]) / 1024, "articles": Article.objects.count()}


def searching() -> dict[str, float]:
    """Milliseconds of a search, the 95th of a hundred, over questions of every kind cut out of the archive's own
    texts.
    """
    if not SearchText.objects.exists():
        search.rebuild_index()
    chance = random.Random(7)
    last = SearchText.objects.order_by("-pk").values_list("pk", flat=True)[0]
    first = SearchText.objects.order_by("pk").values_list("pk", flat=True)[0]
    texts = [
        row.text
        for _ in range(100)
        if (row := SearchText.objects.filter(pk__gte=chance.randrange(first, last)).order_by("pk").first())
    ]
    sections, today = list(Section.objects.all()), timezone.localdate()

    def words(*lengths: int) -> tuple[str, ...]:
        text = chance.choice(texts)
        places = [(chance.randrange(max(1, len(text) - length)), length) for length in lengths]
        return search.SearchQuery.words_in(" ".join(text[at : at + length] for at, length in places))

    def clause() -> tuple[str, ...]:
        """The text between two punctuation marks: a word for a search that does not know Chinese."""
        clauses = re.findall(r"(?<!\w)\w{2,12}(?!\w)", chance.choice(texts))
        return search.SearchQuery.words_in(chance.choice(clauses or texts[:1]))

    kinds: dict[str, Callable[[], search.SearchQuery]] = {
        **{f"{n} characters": lambda n=n: search.SearchQuery(words=words(n)) for n in (1, 2, 4, 8)},  # type: ignore[misc]
        "two words": lambda: search.SearchQuery(words=words(2, 3)),
        "whole clauses": lambda: search.SearchQuery(words=clause()),
        "in a section": lambda: search.SearchQuery(words=words(2), sections=(chance.choice(sections),)),
        "of some days": lambda: search.SearchQuery(
            words=words(2), since=today - timedelta(days=chance.randrange(30, 3000))
        ),
    }
    found, every = {}, []
    plain: list[dict[str, Any]] = []  # what others can be asked, too
    for kind, question in kinds.items():
        took = []
        for _ in range(100):
            asked = question()
            begun = time.perf_counter()
            hits = search.search_articles(asked).hits
            took.append((time.perf_counter() - begun) * 1000)
            if asked == search.SearchQuery(words=asked.words):
                plain.append({"words": " ".join(asked.words), "ms": took[-1], "found": bool(hits)})
        found[kind] = statistics.quantiles(took, n=20)[-1]
        every += took
    plain = plain[::3]  # Wagtail needs a second or two for each in a large archive
    (settings.DATA_DIR / "questions.json").write_text(json.dumps(plain), "utf-8")
    return {**found, "all": statistics.quantiles(every, n=20)[-1]}


def machine_reading() -> dict[str, float]:
    """Processor time to read a text of 5,000 characters with 20,000 rules, one in fifty an expression, and to build
    them.
    """
    chance = random.Random(7)
    text = "".join(chance.choice("，。") if n % 12 == 11 else chr(0x4E00 + chance.randrange(3000)) for n in range(4993))

    def rule(number: int) -> CheckRule:
        words = "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(chance.randint(2, 6)))
        facts = {"kind": "template", "pattern": f"{words}{{数}}年"} if number % 50 == 0 else {"pattern": words}
        made = CheckRule(pk=number, name=str(number), advice="…", **facts)
        made._prefetched_objects_cache = {"sections": []}
        return made

    rows = [rule(number) for number in range(20_000)]
    begun = time.process_time()
    rules = WrittenRules(rows)
    built = time.process_time()
    for _ in range(20):
        plain = plain_text_of_html(f"<p>{text}</p>")
        rules.find_matches(plain.text, timezone.localdate())
    return {"ms": (time.process_time() - built) / 20 * 1000, "build_ms": (built - begun) * 1000}


def check_up() -> dict[str, float]:
    """Texts a second of processor time: their rows alone, and a check-up of the archive with the shipped rules."""
    by = ready_to_publish()
    if not CheckRule.objects.exists():
        check_rules.take_over_shipped_rules(by=by)
    while check_ups.continue_check_ups():  # what rules that have just come into use read
        pass
    archive, now = Article.objects.with_live_edition().count(), timezone.now()
    begun = time.process_time()
    reached = CheckUp(begun_at=now, reached_at=now)
    while texts := reached.next_texts(Article.objects.all(), TEXTS_PER_BATCH):
        reached.reached_at, reached.reached_number = texts[-1].first_published_at or now, texts[-1].number
    read = time.process_time()
    check_ups.begin_check_up(by=by)
    while check_ups.continue_check_ups():
        pass
    return {"rows": archive / (read - begun), "texts": archive / (time.process_time() - read)}


if __name__ == "__main__":
    measures = (render, publish, public_log, bake, memory, searching, machine_reading, check_up)
    print(json.dumps({measure.__name__: measure for measure in measures}[sys.argv[1]]()))
