"""From the instant of expiry on, readers see an article nowhere: one rule, used everywhere."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from articles import reporting, search
from articles.models import Article, Slot
from articles.models.expiry import has_expired
from tests.test_architecture import APP, WRITTEN

INSTANT = timedelta(microseconds=1)
# The rule, the database's own constraints and indexes, and the trigger.
RULED = {
    "models/article.py",
    "models/article_constraints.py",
    "models/article_queries.py",
    "models/expiry.py",
    "triggers.py",
}


@pytest.fixture
def expiring(cast):
    """An article that expires in an hour."""
    article = cast.article(title="花鼓戏巡演")
    cast.place(article, expires_at=timezone.now() + timedelta(hours=1))
    cast.publish(article)
    return Article.objects.get(pk=article.pk)


@pytest.mark.parametrize(("moved", "shown"), [(-INSTANT, True), (timedelta(0), False), (INSTANT, False)])
def test_every_place_agrees_on_the_instant_of_expiry(client, expiring, monkeypatch, moved, shown):
    at = expiring.expires_at + moved
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert expiring.is_public == (expiring.public_edition is not None) == shown
    assert expiring.state == ("live" if shown else "expired")
    assert Article.objects.public().exists() == Article.objects.public(at).exists() == shown
    assert Article.objects.in_state("live").exists() == shown
    assert Article.objects.in_state("expired").exists() != shown
    assert Article.objects.with_live_edition().exists()
    assert bool(search.search_articles(search.SearchQuery(words=("花鼓戏",))).hits) == shown
    assert client.get(expiring.get_absolute_url()).status_code == (200 if shown else 410)
    assert client.get(f"/q/W{expiring.number}").status_code == (302 if shown else 410)
    assert client.get(f"/api/v1/articles/{expiring.number}").status_code == (200 if shown else 410)
    sitemap = client.get(f"/sitemap-{timezone.localdate(expiring.first_published_at):%Y-%m}.xml")
    assert sitemap.status_code == 200, "the index lists it"
    assert (expiring.public_url in sitemap.content.decode()) == shown
    assert Slot(until=expiring.expires_at).is_shown == shown
    if not shown:
        with pytest.raises(reporting.CannotReport):
            reporting.receive_report(expiring, text="错了", quote="", contact="", address="192.0.2.1")


def test_never_is_no_instant(cast):
    article = cast.article()
    assert not article.is_public
    cast.publish(article)
    assert Article.objects.get(pk=article.pk).is_public
    assert not has_expired(None)


def test_nobody_else_decides_what_is_public():
    """Law 10: a rule lives in one place."""
    asked = re.compile(r"live__isnull|live__(?:in|exact)\b|expires_at__\w+|expires(?:_at)? *(?:[<>]|is None)")
    found = {str(p.relative_to(APP)) for p in WRITTEN if asked.search(p.read_text(encoding="utf-8"))}
    assert found - {"password_resets.py"} <= RULED, "a reset expires, too, and is no article"
