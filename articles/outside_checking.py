"""An outside checker (第三方审校): a service that reads the texts in their readings, if one is set up.

The worker asks it in the background, by one method, with a limit of time and of bytes. Nothing waits for it: while it
is away, texts are read and published without it, and it is asked again later.

Sent as JSON: {"fields": {"title": "…", "body": "…"}}. Expected: {"hits": [{"field", "start", "end", "reason",
"suggestion"}]}, places in characters of the text that was sent.
"""

import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from .backoff import Backoff
from .checks.outside import SENT_FIELDS
from .checks.plain_text import fields_of_content
from .models import Article, OutsideReading, Revision
from .models.article import ArticleQuerySet
from .outside_json import parse_outside_json
from .sanitising import plain_text

log = logging.getLogger(__name__)

SECONDS = 10.0  # for an answer in all
MOST_BYTES = 2**20
MOST_FINDINGS = 200
AT_ONCE = 20  # texts
RETRIES = Backoff(first=timedelta(minutes=1), longest=timedelta(hours=6))


def ask_for_findings(fields: dict[str, str]) -> list[dict[str, Any]]:
    """Return what the outside checker finds in these texts, by the names of their fields.

    Parts that are not findings are dropped. Raises requests.RequestException, or ValueError if it is not JSON.
    """
    until = time.monotonic() + SECONDS
    headers = {"Authorization": f"Bearer {settings.OUTSIDE_CHECKER_TOKEN}"} if settings.OUTSIDE_CHECKER_TOKEN else {}
    with requests.post(
        settings.OUTSIDE_CHECKER,
        json={"fields": fields},
        headers=headers,
        timeout=SECONDS,
        allow_redirects=False,
        stream=True,
    ) as response:
        if response.status_code != requests.codes.ok:
            raise requests.HTTPError(f"it answered {response.status_code}")
        content = b""
        for piece in response.iter_content(16_384):
            content += piece
            if len(content) > MOST_BYTES or time.monotonic() > until:
                raise requests.Timeout("its answer is too long, or too slow")
    return list(_findings(parse_outside_json(content), fields))


def ask_outside_checker() -> int:
    """Ask about the texts in their readings that it has not read yet, at most AT_ONCE; return how many it has read.

    The first failure ends the round: the others would fail, too. Does nothing without settings.OUTSIDE_CHECKER.
    """
    done = 0
    for revision in _unread_revisions() if settings.OUTSIDE_CHECKER else ():
        row = OutsideReading.objects.filter(digest=revision.digest).first() or OutsideReading(digest=revision.digest)
        try:
            row.found = ask_for_findings(_sent_fields(revision))
        except (requests.RequestException, ValueError) as error:
            log.warning("the outside checker did not read a text: %s", error)
            row.attempts, row.due_at = RETRIES.after_failure(row.attempts)
            row.save()
            break
        row.save()
        done += 1
    return done


def _unread_revisions() -> list[Revision]:
    known = OutsideReading.objects.filter(digest=OuterRef("latest__digest"))
    settled = known.filter(Q(found__isnull=False) | Q(due_at__gt=timezone.now()))
    waiting: ArticleQuerySet = Article.objects.kept().filter(~Exists(settled), stage__gt=0)
    rows = waiting.select_related("latest").order_by("-submitted_at")[:AT_ONCE]
    return [row.newest for row in rows]


def _sent_fields(revision: Revision) -> dict[str, str]:
    texts = {name: plain.text for name, plain, _written in fields_of_content(revision.content) if name in SENT_FIELDS}
    return {name: text for name, text in texts.items() if text}


def _findings(answer: object, fields: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the findings of an answer whose places are in the texts, with their words made harmless."""
    hits = answer.get("hits") if isinstance(answer, dict) else None
    for hit in hits[:MOST_FINDINGS] if isinstance(hits, list) else ():
        if not isinstance(hit, dict):
            continue
        field, start, end = hit.get("field"), hit.get("start"), hit.get("end")
        if not isinstance(field, str) or field not in fields or type(start) is not int or type(end) is not int:
            continue
        if 0 <= start < end <= len(fields[field]):
            words = {
                name: plain_text(str(hit.get(name) or ""))[:most]
                for name, most in (("reason", 200), ("suggestion", 80))
            }
            yield {"field": field, "start": start, "end": end, **words}
