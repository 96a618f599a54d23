"""The hub is notified of each changed feed once, even after being unavailable; nothing waits for it."""

import threading
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from articles import baking, publishing, websub
from articles.models import BakedPage, HubNotice
from tests.serving import free_port

pytestmark = pytest.mark.django_db


class Hub(HTTPServer):
    """A hub that records its notifications and answers with `status`."""

    status = 204

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Listener)
        self.told = []

    def take(self):
        told, self.told = self.told, []
        return sorted(told)


class Listener(BaseHTTPRequestHandler):
    def do_POST(self):
        said = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert said["hub.mode"] == ["publish"]
        self.server.told += said["hub.url"]
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_facts):
        pass


@contextmanager
def listening():
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        thread.join()
        hub.server_close()


@pytest.fixture
def hub(settings):
    with listening() as found:
        settings.WEBSUB_HUB = f"http://127.0.0.1:{found.server_port}/"
        yield found


@pytest.fixture
def public(cast):
    article = cast.article()
    cast.publish(article)
    baking.bake_everything(processes=1)
    return article


def addresses(*slugs, site="http://127.0.0.1:8000"):
    return sorted(f"{site}/feeds/{slug}.{form}" for slug in slugs for form in ("atom", "rss", "json"))


def test_each_feed_that_changed_is_told_once(hub, cast, public):
    every = 3 * (1 + len(["news", "culture", "towns"]))
    assert websub.tell_hub() == every
    assert len(hub.take()) == every
    assert websub.tell_hub() == 0
    cast.publish(cast.article(section=cast.news))
    baking.bake_pending()
    assert websub.tell_hub() == 6
    assert hub.take() == addresses("all", "news")
    publishing.withdraw_article(public, by=cast.editor, reason="核实")
    baking.bake_pending()
    websub.tell_hub()
    assert hub.take() == addresses("all", "news")


def test_a_feed_that_is_being_baked_into_another_folder_is_not_told_of_yet(hub, public):
    websub.tell_hub()
    row = BakedPage.objects.filter(path="/feeds/all.atom").get()
    row.pk, row.generation, row.sha256 = None, "other", "0" * 64
    row.save(force_insert=True)
    assert websub.tell_hub() == 0


def test_a_hub_that_refuses_or_is_away_hears_later_and_is_not_pestered(hub, public, settings, monkeypatch):
    hub.status = 503
    assert websub.tell_hub() == 0
    first = len(hub.take())
    assert first
    assert websub.tell_hub() == 0
    assert hub.take() == []
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=15))
    away, settings.WEBSUB_HUB = settings.WEBSUB_HUB, f"http://127.0.0.1:{free_port()}/"
    assert websub.tell_hub() == 0
    assert set(HubNotice.objects.values_list("attempts", flat=True)) == {2}
    settings.WEBSUB_HUB, hub.status = away, 204
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=30))
    assert websub.tell_hub() == 0  # the second pause is longer
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=40))
    assert websub.tell_hub() == first
    assert len(hub.take()) == first


def test_without_a_hub_nobody_is_told_and_no_feed_names_one(client, public, settings):
    assert websub.tell_hub() == 0
    assert not HubNotice.objects.exists()
    for form in ("atom", "rss", "json"):
        assert b"hub" not in client.get(f"/feeds/all.{form}").content
    settings.WEBSUB_HUB = "https://hub.example.cn/"
    atom = ET.fromstring(client.get("/feeds/all.atom").content)
    links = {link.get("rel"): link.get("href") for link in atom.findall("{http://www.w3.org/2005/Atom}link")}
    assert links["hub"] == "https://hub.example.cn/"
    assert links["self"].endswith("/feeds/all.atom")
    rss = ET.fromstring(client.get("/feeds/all.rss").content)
    links = {link.get("rel") for link in rss.iter("{http://www.w3.org/2005/Atom}link")}
    assert links == {"hub", "self"}
    assert client.get("/feeds/all.json").json()["hubs"] == [{"type": "WebSub", "url": "https://hub.example.cn/"}]
