"""Telling a hub that a feed has changed (WebSub, W3C 2018), so that those who follow it need not ask every few minutes.

The worker compares what the feeds' files say with what the hub was told last. So no act waits for the hub or fails with it,
and a hub that was away hears of every change once it is back.
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

PATIENCE = 10.0  # seconds
HUB_RETRIES = Backoff(first=timedelta(seconds=10), longest=timedelta(hours=1))


def tell_hub() -> int:
    """Tell the hub of each feed that has changed since; how many it took. What it does not take is tried again later, with
    growing pauses. Does nothing without settings.WEBSUB_HUB.
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
        with urlopen(Request(settings.WEBSUB_HUB, body), timeout=PATIENCE):  # noqa: S310 (http or https: see checks)
            return True
    except (OSError, HTTPException) as error:  # not there, too slow, or it answered that it does not want to
        log.warning("the hub was not told that %s has changed: %s", address, error)
        return False
