"""Preview links: they show one revision until they expire or are revoked."""

import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext
from PIL import Image

from articles import preview, review
from articles.models import Assignment, AuditEntry, PreviewLink, Section
from articles.preview import CannotPreview
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
    response = client.get(cast.preview(article))
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
    path = cast.preview(cast.article())
    assert status(client, path) == 200
    clock.move(hours=settings.PREVIEW_HOURS, microseconds=-1000)
    assert status(client, path) == 200
    clock.move(microseconds=1000)
    assert status(client, path) == 403


def test_links_of_one_second_are_on_their_side_of_a_revocation(client, cast, clock):
    article = cast.article(title="同一秒")
    before = cast.preview(article)
    clock.move(milliseconds=1)
    at_once = cast.preview(article)
    preview.revoke_previews(article, by=cast.writer)
    clock.move(milliseconds=1)
    after = cast.preview(article)
    assert [status(client, path) for path in (before, at_once, after)] == [403, 403, 200]
    response = client.get(before)
    assert "同一秒" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_revoking_is_for_one_article_and_in_the_audit(client, cast):
    article, other = cast.article(), cast.article()
    path = cast.preview(other)
    preview.revoke_previews(article, by=cast.writer)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert (entry.action, entry.object_id, entry.actor) == ("article.previews_revoked", str(article.pk), cast.writer)
    assert status(client, path) == 200


def test_old_revisions_of_the_article_are_revoked_too(client, cast):
    article = cast.article()
    path = cast.preview(article)
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
    """Links from before they were recorded expire within a day and must not fail."""
    made = f"{int(timezone.now().timestamp() * 1_000_000):x}"
    token = signing.Signer(salt="articles.preview.revocable").sign(f"{cast.article().latest.pk}-{made}")
    assert status(client, f"/preview/{token}/") == 403


@pytest.mark.parametrize("change", ["upper", "shorter", "longer", "other link"])
def test_a_token_that_was_touched_is_refused(client, cast, change):
    revision, other = cast.article(title="秘密").latest, cast.article(title="秘密").latest
    token = cast.preview(revision.article).split("/")[2]
    cast.preview(other.article)
    key, signature = token.split(":")
    touched = {
        "upper": token.upper(),
        "shorter": token[:-1],
        "longer": token + "A",
        "other link": f"{int(key) + 1}:{signature}",
    }[change]
    assert touched != token
    response = client.get(f"/preview/{touched}/")
    assert response.status_code == 403
    assert "秘密" not in response.content.decode()


def test_a_preview_outlives_the_section_it_names(client, cast):
    away = Section.objects.create(name="临时", slug="tmp")
    article = cast.article(section=away)
    path = cast.preview(article)
    cast.change(article, section=cast.news)
    away.delete()
    assert status(client, path) == 200


def test_the_code_leads_to_the_preview(client, cast):
    link = preview.make_preview_link(cast.article().latest, by=cast.admin, given_to="采访对象")
    drawn = preview.preview_qr_code(link).decode()
    side = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])
    image = Image.new("L", (side, side), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-", drawn):
        image.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    address = zxingcpp.read_barcodes(image.resize((side * 6, side * 6)))[0].text
    assert address.startswith("http://127.0.0.1:8000/preview/")
    assert status(client, address.removeprefix("http://127.0.0.1:8000")) == 200


# --- Making a link --------------------------------------------------------------------------------------------------


def entries(action):
    return AuditEntry.objects.filter(action=f"article.preview_{action}").order_by("pk")


def test_making_a_link_says_in_the_audit_for_whom(cast):
    article = cast.article()
    link = preview.make_preview_link(article.latest, by=cast.writer, given_to=" 县农业农村局 ", once=True)
    entry = entries("made").get()
    assert (entry.object_type, entry.object_id, entry.actor) == ("article", str(article.pk), cast.writer)
    assert entry.details == {"link": link.pk, "revision": 1, "to": "县农业农村局", "once": True}


@pytest.mark.parametrize("nobody", ["", " \u200b "])
def test_a_link_for_nobody_is_refused(cast, nobody):
    article = cast.article()
    with refused(CannotPreview, "for whom"):
        preview.make_preview_link(article.latest, by=cast.writer, given_to=nobody)


@pytest.mark.parametrize("who", ["stranger", "culture_editor", "towns_writer"])
def test_who_may_not_read_the_draft_makes_no_link_to_it(cast, who):
    article = cast.article(by=cast.writer)
    with refused(PermissionDenied, f"Article {article.pk}"):
        preview.make_preview_link(article.latest, by=getattr(cast, who), given_to="某人")


def test_the_desk_makes_a_link_by_its_button_only_and_shows_it_once(client, cast):
    article = cast.article()
    address = f"/admin/articles/article/{article.pk}/preview/"
    client.force_login(cast.writer)
    for page in (address, f"/admin/articles/article/{article.pk}/change/"):
        assert "/preview/1:" not in client.get(page).content.decode()
    assert not PreviewLink.objects.exists()
    response = client.post(address, {"given_to": "王主任", "once": "on"})
    link = PreviewLink.objects.get()
    assert (link.once, link.made_by, link.revision) == (True, cast.writer, article.latest)
    assert preview.preview_url(link) in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert 'name="given_to" value=' not in response.content.decode(), "the form is empty for the next one"
    assert "data-copy" in response.content.decode()
    again = client.get(address).content.decode()
    assert "王主任" in again
    assert preview.preview_path(link) not in again


def test_the_desk_says_what_is_missing_and_makes_nothing(client, cast):
    client.force_login(cast.writer)
    response = client.post(f"/admin/articles/article/{cast.article().pk}/preview/", {"given_to": ""})
    assert response.context["form"].errors["given_to"]
    assert not PreviewLink.objects.exists()


def test_the_list_says_of_a_link_for_one_time_that_it_was_opened(client, cast):
    article = cast.article()
    client.post(cast.preview(article, once=True))
    cast.preview(article, once=True)
    client.force_login(cast.writer)
    address = f"/admin/articles/article/{article.pk}/preview/"
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert re.findall(r"<td>\s*(opened|opens once only|no longer valid)\s*</td>", page) == ["opens once only", "opened"]


def test_the_list_of_links_asks_little(client, cast, django_assert_max_num_queries):
    article = cast.article()
    for _ in range(25):
        cast.preview(article)
    client.force_login(cast.chief)
    with django_assert_max_num_queries(14):
        response = client.get(f"/admin/articles/article/{article.pk}/preview/")
    assert len(response.context["links"]) == 20


# --- Opening it -----------------------------------------------------------------------------------------------------


def test_opening_is_in_the_audit_once_for_each_address_and_hour(client, cast, clock):
    article = cast.article()
    path = cast.preview(article)
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        assert client.get(path, REMOTE_ADDR=address).status_code == 200
    assert [(entry.actor, entry.address) for entry in entries("opened")] == [(None, "192.0.2.1"), (None, "192.0.2.2")]
    link = PreviewLink.objects.get().pk
    assert entries("opened")[0].details == {"link": link, "revision": 1, "to": "采访对象", "once": False}
    clock.move(minutes=61)
    client.get(path, REMOTE_ADDR="192.0.2.1")
    assert entries("opened").count() == 3


def test_another_link_of_the_article_is_recorded_for_itself(client, cast):
    article = cast.article()
    for path in (cast.preview(article), cast.preview(article)):
        client.get(path)
    assert entries("opened").count() == 2


def test_a_flood_of_addresses_does_not_fill_the_audit(client, cast):
    path = cast.preview(cast.article())
    for n in range(preview.MOST_OPENINGS + 5):
        assert client.get(path, REMOTE_ADDR=f"2001:db8::{n:x}").status_code == 200
    assert entries("opened").count() == preview.MOST_OPENINGS


def test_a_link_for_one_time_waits_for_its_button_opens_and_then_refuses(client, cast):
    article = cast.article(title="未定稿")
    path = cast.preview(article, once=True)
    for _ in range(2):  # as a messenger would, to show what a link is about
        response = client.get(path)
        assert response.status_code == 200
        assert "未定稿" not in response.content.decode()
    assert not entries("opened")
    assert not PreviewLink.objects.get().opened_at
    response = client.post(path, REMOTE_ADDR="192.0.2.7")
    assert "未定稿" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert entries("opened").get().address == "192.0.2.7"
    for again in (client.post(path), client.get(path)):
        assert again.status_code == 403
        assert str(preview.OPENED_BEFORE.message) in again.content.decode()
        assert "未定稿" not in again.content.decode()
    assert entries("opened").count() == 1


def test_files_are_shown_to_whoever_has_opened_the_link_or_may_open_it_again(cast):
    article = cast.article()
    often, once = (cast.preview(article, once=once).split("/")[2] for once in (False, True))
    assert preview.find_opened_link(often) == preview.find_preview_link(often)
    link = preview.find_preview_link(once)
    with refused(CannotPreview, "not valid"):
        preview.find_opened_link(once)
    preview.open_preview_link(link)
    assert preview.find_opened_link(once) == link


def test_of_two_who_open_a_link_for_one_time_at_once_one_is_refused(cast):
    token = cast.preview(cast.article(), once=True).split("/")[2]
    first, second = preview.find_preview_link(token), preview.find_preview_link(token)
    preview.open_preview_link(first)
    with refused(CannotPreview, "has been opened"):
        preview.open_preview_link(second)


@pytest.mark.parametrize("once", [False, True])
def test_a_database_that_cannot_write_keeps_closed_only_what_opens_once(cast, monkeypatch, once):
    link = preview.find_preview_link(cast.preview(cast.article(), once=once).split("/")[2])

    def fail(*args, **facts):
        raise OperationalError("database is locked")

    monkeypatch.setattr(preview.audit, "record_entry", fail)
    with pytest.raises(OperationalError) if once else nullcontext():
        preview.open_preview_link(link)
    assert PreviewLink.objects.get().opened_at is None


# --- At the desk ----------------------------------------------------------------------------------------------------


def test_the_desk_shows_the_text_by_its_session_in_the_language_of_the_site(client, cast):
    article = cast.article(title="未定稿")
    path = f"/admin/articles/article/{article.pk}/revisions/1/text/"
    assert client.get(path)["Location"].startswith("/admin/login/")
    client.force_login(cast.writer)
    response = client.get(path, headers={"Accept-Language": "en"})
    assert "未定稿" in response.content.decode()
    assert 'lang="zh' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert client.get(path.replace("/1/text", "/9/text")).status_code == 404
    for who in (cast.towns_writer, cast.culture_editor, cast.stranger):
        client.force_login(who)
        response = client.get(path)
        assert response.status_code == 403
        assert "未定稿" not in response.content.decode()
    assert not entries("opened")
