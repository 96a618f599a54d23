"""Preview links: they show one revision until they expire or are revoked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext
from PIL import Image

from articles import preview, review
from articles.models import Assignment, AuditEntry, Section
from tests.cast import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """A fixed clock that tests can move."""

    class Clock:
        now = datetime(2030, 5, 1, 8, 0, 0, 400_000, tzinfo=UTC)

        def move(self, **by):
            self.now += timedelta(**by)

    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


def status(client, path):
    return client.get(path).status_code


def test_the_page_says_what_it_is_and_is_kept_by_nobody(client, cast):
    article = cast.article(title="未定稿")
    response = client.get(preview.preview_path(article.latest))
    html = response.content.decode()
    assert response.status_code == 200
    assert re.search(r'<p class="draft" role="status"><strong>(.*?)</strong>', html)[1] == gettext("Not published")
    assert '<meta name="robots" content="noindex, nofollow">' in html
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert {"no-store", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    assert not response.cookies
    assert "/q/" not in html
    assert "canonical" not in html
    assert "ld+json" not in html


def test_a_link_lives_so_long_and_no_longer(client, cast, clock, settings):
    path = preview.preview_path(cast.article().latest)
    clock.move(hours=settings.PREVIEW_HOURS, microseconds=-1000)
    assert status(client, path) == 200
    clock.move(microseconds=1000)
    assert status(client, path) == 403


def test_links_of_one_second_are_on_their_side_of_a_revocation(client, cast, clock):
    article = cast.article(title="同一秒")
    before = preview.preview_path(article.latest)
    clock.move(milliseconds=1)
    at_once = preview.preview_path(article.latest)
    preview.revoke_previews(article, by=cast.writer)
    clock.move(milliseconds=1)
    after = preview.preview_path(article.latest)
    assert [status(client, path) for path in (before, at_once, after)] == [403, 403, 200]
    response = client.get(before)
    assert "同一秒" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_revoking_is_for_one_article_and_in_the_audit(client, cast):
    article, other = cast.article(), cast.article()
    path = preview.preview_path(other.latest)
    preview.revoke_previews(article, by=cast.writer)
    assert status(client, path) == 200
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.object_id, entry.actor) == ("article.previews_revoked", str(article.pk), cast.writer)


def test_old_revisions_of_the_article_are_revoked_too(client, cast):
    article = cast.article()
    path = preview.preview_path(article.latest)
    cast.change(article, title="新题")
    preview.revoke_previews(article, by=cast.writer)
    assert status(client, path) == 403


@pytest.mark.parametrize("who", ["stranger", "culture_editor"])
def test_others_may_not_revoke(cast, who):
    article = cast.article()
    with refused(PermissionDenied, "revoke"):
        preview.revoke_previews(article, by=getattr(cast, who))


def test_the_reader_whose_turn_it_is_may_revoke_and_no_other(cast):
    article = cast.article(by=cast.writer)
    second = cast.head
    Assignment.objects.filter(user=second, duty="write").delete()
    review.submit_article(article, by=cast.writer)
    with refused(PermissionDenied, "revoke"):
        preview.revoke_previews(article, by=type(second).objects.get(pk=second.pk))
    cast.sign(article, times=1)
    preview.revoke_previews(article, by=type(second).objects.get(pk=second.pk))
    article.refresh_from_db()
    assert article.previews_revoked_at


def test_whoever_publishes_may_revoke(cast):
    article = cast.article()
    Assignment.objects.filter(user=cast.editor, duty="write").delete()
    preview.revoke_previews(article, by=cast.editor)
    article.refresh_from_db()
    assert article.previews_revoked_at


def test_a_link_of_the_older_kind_is_refused(client, cast):
    """Old links, from before revocation existed, hold whole seconds; they expire within a day and must not fail."""
    token = signing.TimestampSigner(salt="articles.preview").sign(str(cast.article().latest.pk))
    assert status(client, f"/preview/{token}/") == 403


@pytest.mark.parametrize("change", ["upper", "shorter", "longer", "other revision"])
def test_a_token_that_was_touched_is_refused(client, cast, change):
    revision, other = cast.article(title="秘密").latest, cast.article(title="秘密").latest
    token = preview.preview_path(revision).split("/")[2]
    touched = {
        "upper": token.upper(),
        "shorter": token[:-1],
        "longer": token + "A",
        "other revision": token.replace(f"{revision.pk}-", f"{other.pk}-", 1),
    }[change]
    assert touched != token
    response = client.get(f"/preview/{touched}/")
    assert response.status_code == 403
    assert "秘密" not in response.content.decode()


def test_a_preview_outlives_the_section_it_names(client, cast):
    away = Section.objects.create(name="临时", slug="tmp")
    article = cast.article(section=away)
    revision = article.latest
    cast.change(article, section=cast.news)
    away.delete()
    assert status(client, preview.preview_path(revision)) == 200


def test_the_code_leads_to_the_preview(client, cast):
    zxingcpp = pytest.importorskip("zxingcpp")
    drawn = preview.preview_qr_code(cast.article().latest).decode()
    side = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])
    image = Image.new("L", (side, side), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-", drawn):
        image.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    address = zxingcpp.read_barcodes(image.resize((side * 6, side * 6)))[0].text
    assert address.startswith("http://127.0.0.1:8000/preview/")
    assert status(client, address.removeprefix("http://127.0.0.1:8000")) == 200
