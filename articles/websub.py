"""Notifying a hub of changed feeds (WebSub, W3C 2018), so that subscribers need not poll every few minutes.

The worker compares the hashes of the feed files with the last ones the hub was notified of. So publishing never waits
for the hub or fails with it, and a hub that was unavailable is notified later.
"""

import logging
from datetime import timedelta
from http.client import HTTPException
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils import timezone

from .backoff import Backoff
from .baking.generations import baked_generations
from .models import BakedPage, HubNotice

log = logging.getLogger(__name__)

HUB_TIMEOUT = 10.0  # seconds
HUB_RETRIES = Backoff(first=timedelta(seconds=10), longest=timedelta(hours=1))


def tell_hub() -> int:
    """Notify the hub of each changed feed; returns the number of successful notifications.

    Failures are retried with back-off. Does nothing without settings.WEBSUB_HUB.
    """
    if not settings.WEBSUB_HUB:
        return 0
    baked = BakedPage.objects.filter(generation=baked_generations().served().generation, path__startswith="/feeds/")
    feeds = dict(baked.values_list("path", "sha256"))
    notices = {notice.path: notice for notice in HubNotice.objects.filter(path__in=feeds)}
    told, now = 0, timezone.now()
    for path, sha256 in feeds.items():
        notice = notices.get(path) or HubNotice(path=path)
        if notice.sha256 == sha256 or (notice.due_at and notice.due_at > now):
            continue
        if _notify_hub(settings.SITE_URL + path):
            notice.sha256, notice.attempts, notice.due_at = sha256, 0, None
            told += 1
        else:
            notice.attempts, notice.due_at = HUB_RETRIES.after_failure(notice.attempts)
        notice.save()
    return told


def _notify_hub(address: str) -> bool:
    body = urlencode({"hub.mode": "publish", "hub.url": address}).encode()
    try:
        with urlopen(Request(settings.WEBSUB_HUB, body), timeout=HUB_TIMEOUT):  # noqa: S310 (http or https: see checks)
            return True
    except (OSError, HTTPException) as error:  # unreachable, too slow, or an error status
        log.warning("the hub could not be notified of a change of %s: %s", address, error)
        return False
