"""How long the desk's lists, searches, choosers and the article's screen take in a large archive with many drafts.

Run as `python -m tests.bench.desk` in a newsroom's process; prints one line of JSON. Each screen is asked for by a chief
who reads everything and by an editor of one section. Milliseconds of server time: what the request takes in this
process, and beside it the processor time of this process and of the database's, which other work on the machine
changes less.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from articles import search  # noqa: E402
from articles.models import Article, Assignment, Person, Section, WorkingText  # noqa: E402
from tests.bench.readable import percentile_95  # noqa: E402

ASKED = int(os.environ.get("DESK_REQUESTS", 20))  # requests of each kind and account
WARMING_UP = 2  # requests of each that are not counted
DUTIES = {"chief": None, "editor": "towns"}  # accounts of the bench: the section of their duties; None: all
Kind = Callable[[random.Random], str]


class Took(NamedTuple):
    """Milliseconds of a request: by the clock, and of processor time."""

    wall: float
    processor: float


def measure_desk() -> dict[str, dict[str, float]]:
    """Return for each kind of screen the 95th percentiles, `wall` and `processor`; `all lists` has all but the screens
    of articles.
    """
    if not WorkingText.objects.exists():
        search.rebuild_working_copies()
    took: dict[str, list[Took]] = {}
    for name, slug in DUTIES.items():
        client, chance = _logged_in(name, slug), random.Random(7)
        for kind, address in _kinds().items():
            found = [_time_request(client, address(chance)) for _request in range(WARMING_UP + ASKED)][WARMING_UP:]
            took.setdefault(kind, []).extend(found)
    took["all lists"] = [one for kind, found in took.items() if "screen" not in kind for one in found]
    took["all screens"] = [one for kind, found in took.items() if "screen of" in kind for one in found]
    return {
        kind: {field: percentile_95([getattr(one, field) for one in found]) for field in Took._fields}
        for kind, found in took.items()
    }


def _logged_in(name: str, slug: str | None) -> Client:
    account, _made = User.objects.get_or_create(username=f"bench-{name}", defaults={"is_staff": True})
    section = Section.objects.get(slug=slug) if slug else None
    for duty in (Assignment.Duty.WRITE, Assignment.Duty.READ, Assignment.Duty.FIRST):
        Assignment.objects.get_or_create(user=account, section=section, duty=duty)
    if name == "chief":
        Assignment.objects.get_or_create(user=account, section=section, duty=Assignment.Duty.ARRANGE)
    client = Client(headers={"host": "127.0.0.1"}, REMOTE_ADDR="127.0.0.1")
    client.force_login(account)
    return client


def _kinds() -> dict[str, Kind]:
    """Return for each kind of screen what makes the address of one, with what people look for."""
    articles = reverse("admin:articles_article_changelist")
    sections = list(Section.objects.values_list("pk", flat=True))
    names = list(Person.objects.values_list("name", flat=True)[:200])
    last = Article.objects.order_by("-number").values_list("number", flat=True)[0]
    first_draft = Article.objects.filter(live=None).order_by("number").values_list("number", flat=True).first() or last
    texts = list(WorkingText.objects.order_by("-pk").values_list("text", flat=True)[:200])
    texts += list(WorkingText.objects.order_by("pk").values_list("text", flat=True)[:200])
    own = list(
        Article.objects.filter(section__slug=DUTIES["editor"])
        .order_by("-number")
        .values_list("number", flat=True)[:500]
    )

    drafts = [number for number in own if number >= first_draft] or own

    def words(chance: random.Random, length: int) -> str:
        text = chance.choice(texts)
        at = chance.randrange(max(1, len(text) - length))
        return text[at : at + length]

    def chooser(model: str, field: str, term: Callable[[random.Random], str]) -> Kind:
        query = f"app_label=articles&model_name={model}&field_name={field}"
        return lambda chance: f"{reverse('admin:autocomplete')}?{query}&term={term(chance)}"

    states, readings = Article.State.values, Article.Readings.values
    return {
        "list": lambda _chance: articles,
        "list, a page further on": lambda chance: f"{articles}?before={chance.randrange(1, last)}",
        "list, a state": lambda chance: f"{articles}?state={chance.choice(states)}",
        "list, a reading": lambda chance: f"{articles}?reading={chance.choice(readings)}",
        "list, a section": lambda chance: f"{articles}?section={chance.choice(sections)}",
        "list, drafts of a section": lambda chance: f"{articles}?state=draft&section={chance.choice(sections)}",
        "list, a person": lambda chance: f"{articles}?person={chance.choice(names)}",
        "list, a month": lambda chance: (
            f"{articles}?during={chance.randrange(2018, 2027)}-{chance.randrange(1, 13):02}"
        ),
        "list, mine": lambda _chance: f"{articles}?mine=on",
        **{f"search, {n} characters": lambda chance, n=n: f"{articles}?q={words(chance, n)}" for n in (1, 2, 4, 8)},
        "search, two words": lambda chance: f"{articles}?q={words(chance, 2)} {words(chance, 3)}",
        "search in drafts": lambda chance: f"{articles}?state=draft&q={words(chance, 4)}",
        "search in a section": lambda chance: f"{articles}?section={chance.choice(sections)}&q={words(chance, 2)}",
        "chooser of people": chooser("credit", "person", lambda chance: chance.choice(names)[:2]),
        "chooser of sources": chooser("article", "source", lambda _chance: "霁川"),
        "chooser of articles": chooser("slot", "article", lambda chance: words(chance, 3)),
        "chooser of articles by number": chooser("slot", "article", lambda chance: str(chance.randrange(1, last))),
        "chooser of pictures": lambda _chance: reverse("admin:articles_picture_choose"),
        "queue": lambda _chance: reverse("admin:queue"),
        "my articles": lambda _chance: reverse("admin:my_articles"),
        "home of the desk": lambda _chance: reverse("admin:index"),
        "screen of an article": lambda chance: reverse("admin:articles_article_change", args=[chance.choice(own)]),
        "screen of a draft": lambda chance: reverse("admin:articles_article_change", args=[chance.choice(drafts)]),
        "screen of a new article": lambda _chance: reverse("admin:articles_article_add"),
    }


def _time_request(client: Client, address: str) -> Took:
    begun, before = time.perf_counter(), processor_milliseconds()
    status = client.get(address).status_code
    took = Took((time.perf_counter() - begun) * 1000, processor_milliseconds() - before)
    if status not in (200, 403):  # an editor may not choose what they may not arrange
        raise RuntimeError(f"{address} answered {status}")
    return took


def processor_milliseconds() -> float:
    """Processor time of this process and, on PostgreSQL, of the process that serves its connection."""
    spent = time.process_time() * 1000
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        spent += sum(_backend_milliseconds(connection.connection.info.backend_pid))
    return spent


def _backend_milliseconds(process: int) -> Iterator[float]:
    file = Path(f"/proc/{process}/schedstat")
    if file.exists():
        yield int(file.read_text().split()[0]) / 1e6


if __name__ == "__main__":
    print(json.dumps(measure_desk()))
