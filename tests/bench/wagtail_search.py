"""Wagtail's database search over the texts that our search holds: `python -m tests.bench.wagtail_search QUESTIONS`, in
an environment with Wagtail, on the PostgreSQL of PGHOST and PGUSER. QUESTIONS is a file of JSON: our answer to each
question, as `words`, `ms` (milliseconds) and `found` (whether there was any). Prints a line of JSON: Wagtail's answers,
in the same form.
"""

import json
import sys
import time

import django
from django.conf import settings

POSTGRES = {"ENGINE": "django.db.backends.postgresql"}
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.postgres",
        "modelsearch",
        "tests.bench.wagtail_texts",
    ],
    DATABASES={"default": {**POSTGRES, "NAME": "wagtail_utf8"}, "newsroom": {**POSTGRES, "NAME": "newsroom"}},
    MODELSEARCH_BACKENDS={"default": {"BACKEND": "modelsearch.backends.database", "AUTO_UPDATE": False}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from modelsearch.backends import get_search_backend  # noqa: E402
from modelsearch.models import IndexEntry  # noqa: E402

from tests.bench.wagtail_texts.models import Text  # noqa: E402

BATCH = 5000


def fill() -> None:
    """The texts of our search, indexed as Wagtail does it; once. A hundred thousand take it a quarter of an hour."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    if IndexEntry.objects.exists():
        return
    Text.objects.all().delete()
    with connections["newsroom"].cursor() as cursor:
        cursor.execute("SELECT title, text FROM articles_searchtext")
        while rows := cursor.fetchmany(BATCH):
            Text.objects.bulk_create(Text(title=title, text=text) for title, text in rows)
    call_command("rebuild_modelsearch_index", verbosity=0)
    with connections["default"].cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    fill()
    backend, answers = get_search_backend(), []
    with open(sys.argv[1], encoding="utf-8") as file:
        questions = json.load(file)
    for question in questions:
        begun = time.perf_counter()
        results = backend.search(question["words"], Text)
        hits = list(results[:20])
        results.count()
        answers.append({**question, "ms": (time.perf_counter() - begun) * 1000, "found": bool(hits)})
    print(json.dumps(answers))


main()
