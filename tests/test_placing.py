"""Placing: pin, expiry and cover are an act of their own; the signed text, its digest and its readings stay."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from articles import audit, evidence, pictures, placing, publishing, review, search
from articles.models import Article, AuditEntry, BakeJob, Edition, SignOff
from articles.models.revision import content_digest
from tests.cast import png, refused, upload

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def published(cast):
    """A public article that the chief wrote, with two pictures in its text and a third as its cover."""
    stored = [
        pictures.store_picture(upload(png(colour=(n, n, n))), by=cast.writer, alt=f"图{n}", name=f"图{n}")
        for n in (1, 2, 3)
    ]
    body = "".join(f'<figure><img src="{picture.url}" alt=""></figure>' for picture in stored[:2]) + "<p>文</p>"
    article = cast.article(title="置顶的稿件", body=body, cover=stored[2])
    cast.publish(article)
    article.refresh_from_db()
    article.stored = stored
    return article


def address(article):
    return reverse("admin:articles_article_placing", args=[article.pk])


def form_of(article, **facts):
    """The form as a browser sends it: each field, and what it was when the page was opened."""
    now = {"pinned_until": "", "expires_at": "", "cover": article.shown_cover_id or ""}
    for name in ("pinned_until", "expires_at"):
        at = getattr(article, name)
        now[name] = f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""
    opened = {f"initial-{name}": value for name, value in now.items()}
    return {**now, **opened, **facts}


def test_a_pin_needs_no_readings_and_makes_no_edition(client, cast, published):
    cast.publish(cast.article(title="更新的稿件"))
    digest, until = published.newest.digest, timezone.now() + HOUR
    signed = SignOff.objects.count()
    placing.set_placing(published, by=cast.editor, pinned_until=until, expires_at=None, cover=published.shown_cover)
    article = Article.objects.get(pk=published.pk)
    assert (article.pinned_until, article.newest.digest, article.state) == (until, digest, Article.State.LIVE)
    assert (article.stage, article.editions.count(), SignOff.objects.count()) == (0, 1, signed)
    html = client.get("/s/news/").content.decode()
    assert html.index("置顶的稿件") < html.index("更新的稿件")
    entry = AuditEntry.objects.first()
    assert (entry.action, entry.actor) == ("article.placed", cast.editor)
    assert (entry.details["fields"], entry.details["old"], entry.details["new"]) == (
        ["article.pinned_until"],
        [""],
        [str(until)],
    )


def test_a_chief_who_pins_his_article_may_still_sign_what_others_write(cast, published):
    cast.place(published, by=cast.chief, pinned_until=timezone.now() + HOUR)
    cast.change(published, by=cast.writer, body="<p>改过的正文</p>")
    assert not review.has_written(Article.objects.get(pk=published.pk), cast.chief)
    cast.sign(published, by=cast.writer)
    assert publishing.publish_article(published, by=cast.chief).number == 2


def test_readers_find_it_nowhere_once_it_has_expired_and_again_when_it_is_extended(
    client, cast, published, monkeypatch
):
    cast.place(published, expires_at=timezone.now() + HOUR)
    now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: now() + 2 * HOUR)
    assert client.get(published.get_absolute_url()).status_code == 410
    assert not search.search_articles(search.SearchQuery(words=("置顶的稿件",))).hits
    cast.place(published, expires_at=None)
    assert client.get(published.get_absolute_url()).status_code == 200
    assert search.search_articles(search.SearchQuery(words=("置顶的稿件",))).hits


@pytest.mark.parametrize("which", [0, 1, None])
def test_another_picture_of_the_text_becomes_the_cover_or_none(client, cast, published, which):
    cover = published.stored[which] if which is not None else None
    cast.place(published, cover=cover)
    row = client.get("/s/news/").content.decode()
    assert (cover.url in row) if cover else ("<img" not in row)
    assert published.stored[2].url not in row
    facts = client.get(f"/api/v1/articles/{published.pk}").json()
    assert (facts["cover"] or {}).get("alt") == (cover.alt if cover else None)


def test_a_picture_that_nobody_signed_is_refused(cast, published):
    other = pictures.store_picture(upload(png(colour=(9, 9, 9))), by=cast.writer)
    with refused(placing.CannotPlace, "one of the pictures of the text") as caught:
        cast.place(published, cover=other)
    assert caught.value.problems[0].field in form_of(published)
    cast.change(published, body=f'<figure><img src="{other.url}" alt=""></figure>')
    with refused(placing.CannotPlace, "one of the pictures of the text"):
        cast.place(published, cover=other)


def test_after_a_withdrawal_the_cover_is_chosen_from_what_readers_saw_last(cast, published):
    publishing.withdraw_article(published, by=cast.chief, reason="核实")
    cast.change(published, body="<p>没有图</p>", cover=None)
    assert list(placing.pictures_to_show(published)) == published.stored


@pytest.mark.parametrize(("field", "sentence"), [("pinned_until", "pinned until then"), ("expires_at", "expire then")])
def test_an_instant_that_has_passed_is_refused_unless_it_stands_there(cast, published, field, sentence):
    with refused(placing.CannotPlace, sentence):
        cast.place(published, **{field: timezone.now() - HOUR})
    Article.objects.filter(pk=published.pk).update(**{field: timezone.now() - HOUR})
    cast.place(published, cover=None)
    assert published.shown_cover is None


@pytest.mark.parametrize("who", ["writer", "head", "culture_editor", "stranger"])
def test_it_takes_the_duty_to_publish(client, cast, published, who):
    with refused(PermissionDenied):
        cast.place(published, by=getattr(cast, who), pinned_until=timezone.now() + HOUR)
    client.force_login(getattr(cast, who))
    until = timezone.localtime() + HOUR
    response = client.post(address(published), form_of(published, pinned_until=f"{until:%Y-%m-%dT%H:%M}"))
    assert response.status_code == 403
    assert Article.objects.get(pk=published.pk).pinned_until is None


def test_placing_it_the_same_way_again_changes_nothing(cast, published):
    until = timezone.now() + HOUR
    cast.place(published, pinned_until=until)
    before = AuditEntry.objects.count()
    cast.place(published, pinned_until=until)
    assert AuditEntry.objects.count() == before


def test_a_draft_is_placed_by_the_same_act_and_keeps_that_when_it_is_published(cast):
    article, until = cast.article(), timezone.now() + HOUR
    cast.place(article, pinned_until=until)
    assert not Article.objects.pinned().exists()
    cast.publish(article)
    assert Article.objects.pinned().get() == article


def test_a_new_edition_keeps_the_placed_cover_while_its_text_has_the_picture(cast, published):
    one, two, cover = published.stored
    cast.place(published, cover=one)
    cast.change(published, title="新标题")
    cast.publish(published)
    published.refresh_from_db()
    assert published.shown_cover == one
    cast.change(published, body=f'<figure><img src="{two.url}" alt=""></figure>')
    cast.publish(published)
    published.refresh_from_db()
    assert published.shown_cover == cover, "the text lost the picture"
    cast.place(published, cover=None)
    cast.change(published, cover=one)
    cast.publish(published)
    published.refresh_from_db()
    assert published.shown_cover == one, "a new cover was signed"


def test_a_removed_cover_stays_removed(cast, published):
    cast.place(published, cover=None)
    cast.change(published, title="新标题")
    cast.publish(published)
    published.refresh_from_db()
    assert published.shown_cover is None


def test_an_embargo_is_not_loosened(cast):
    article = cast.article(embargo_until=timezone.now() + 2 * HOUR)
    cast.place(article, pinned_until=timezone.now() + HOUR, expires_at=timezone.now() + 3 * HOUR)
    cast.sign(article)
    with pytest.raises(publishing.CannotPublish):
        publishing.publish_article(article, by=cast.chief)


def test_the_pages_that_show_it_are_baked(cast, published):
    BakeJob.objects.all().delete()
    cast.place(published, pinned_until=timezone.now() + HOUR)
    assert {published.get_absolute_url(), "/", "/s/news/"} <= set(BakeJob.objects.values_list("path", flat=True))


def test_the_desk_s_form_offers_the_pictures_of_the_text_and_keeps_seconds(client, cast, published):
    until = timezone.now().replace(microsecond=0) + HOUR + timedelta(seconds=7)
    cast.place(published, pinned_until=until)
    client.force_login(cast.editor)
    card = client.get(reverse("admin:articles_article_change", args=[published.pk])).content.decode()
    assert "../placing/" in card
    assert 'name="pinned_until_0"' not in card, "the article's form no longer has the field"
    shown = client.get(address(published))
    options = [choice[1] for choice in shown.context["form"].fields["cover"].choices]
    assert [re.findall(r"<img .*<span.*>(.*)</span>", option) for option in options[1:]] == [["图1"], ["图2"], ["图3"]]
    assert options[0]
    assert shown.content.decode().count('type="radio" name="cover"') == 4
    assert 'name="initial-pinned_until"' in shown.content.decode()
    facts = form_of(published, cover=published.stored[0].pk)
    assert client.post(address(published), facts).status_code == 302
    published.refresh_from_db()
    assert (published.pinned_until, published.shown_cover) == (until, published.stored[0])
    history = client.get(reverse("admin:articles_article_history", args=[published.pk])).content.decode()
    assert "图1" in history


def test_two_people_who_change_different_things_do_not_undo_one_another(client, cast, published):
    opened, until = form_of(published), timezone.localtime() + HOUR
    cast.place(published, by=cast.chief, pinned_until=until)
    client.force_login(cast.editor)
    client.post(address(published), {**opened, "expires_at": f"{until:%Y-%m-%dT%H:%M}", "cover": ""})
    published.refresh_from_db()
    assert (published.pinned_until, published.shown_cover) == (until, None)
    assert published.expires_at
    client.post(address(published), form_of(published, pinned_until=""))
    published.refresh_from_db()
    assert published.pinned_until is None
    assert published.expires_at


@pytest.mark.parametrize(
    ("field", "problem"), [("pinned_until", placing.PIN_HAS_PASSED), ("expires_at", placing.EXPIRY_HAS_PASSED)]
)
def test_the_form_says_at_its_field_what_is_wrong(client, cast, published, field, problem):
    client.force_login(cast.editor)
    response = client.post(address(published), form_of(published, **{field: "2020-01-01T00:00"}))
    assert response.status_code == 200
    (said,) = response.context["form"].errors[field]
    assert said.endswith(str(problem.hint))
    assert said in response.content.decode()


def test_the_article_s_form_leads_to_placing_for_a_picture_of_the_public_text(client, cast, published):
    from tests.test_admin_article import change_url, form  # noqa: PLC0415 (its form of every field)

    client.force_login(cast.editor)
    response = client.post(change_url(published), form(cast, published, cover=published.stored[0].pk))
    assert "cover" in response.context["adminform"].form.errors
    assert published.revisions.count() == 1
    new = pictures.store_picture(upload(png(colour=(9, 9, 9))), by=cast.writer)
    client.post(change_url(published), form(cast, published, cover=new.pk))
    assert published.revisions.count() == 2, "a new picture is part of the text"


# --- the digest ---------------------------------------------------------------------------------------------------


def test_the_digest_has_a_version_and_nothing_of_the_placing(cast, published):
    content = published.newest.content
    assert content["version"] == 2
    assert not {"pinned_until", "expires_at", "shown_cover"} & set(content)
    assert content_digest(content) == published.live.digest


def test_a_pack_with_texts_of_both_versions_is_verified(cast, tmp_path):
    from tests.test_restoring import as_version_1  # noqa: PLC0415 (shared by two tests)

    article = cast.article()
    as_version_1(article)
    cast.publish(article)
    cast.change(article, title="新版")
    cast.place(article, pinned_until=timezone.now() + HOUR)
    cast.publish(article)
    versions = [edition.revision.content.get("version") for edition in Edition.objects.order_by("number")]
    assert versions == [None, 2]
    with (tmp_path / "pack.zip").open("w+b") as pack:
        evidence.export_pack(article, pack, by=cast.editor)
        pack.seek(0)
        assert evidence.check_pack(pack).article == article.number
    assert audit.first_broken_entry() is None


def test_pinning_keeps_expiry_and_cover(cast):
    article = cast.article()
    cast.publish(article)
    later = timezone.now() + timedelta(days=2)
    cast.place(article, expires_at=later)
    placing.pin_article(article, by=cast.editor, until=later)
    article.refresh_from_db()
    assert (article.pinned_until, article.expires_at) == (later, later)
    with refused(PermissionDenied):
        placing.pin_article(article, by=cast.writer, until=later)
