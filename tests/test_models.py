"""What the models say in words the database says too."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles import publishing
from articles.models import (
    Article,
    Assignment,
    Credit,
    Edition,
    OldPath,
    Person,
    Section,
    ShortLink,
    SignOff,
    SiteSettings,
    Source,
)
from articles.models.picture import picture_renditions
from tests.cast import make_section


@pytest.fixture
def published(cast):
    article = cast.article()
    cast.publish(article)
    article.refresh_from_db()
    return article


def refuses(act, *, naming=None):
    with pytest.raises(IntegrityError, match=naming), transaction.atomic():
        act()


def test_sections_are_at_most_three_deep(cast):
    third = make_section("三", "third", parent=cast.towns)
    with pytest.raises(ValidationError):
        make_section("四", "fourth", parent=third)
    refuses(lambda: Section.objects.filter(pk=third.pk).update(level=4))
    refuses(lambda: Section.objects.filter(pk=cast.news.pk).update(level=2))
    refuses(lambda: Section.objects.filter(pk=third.pk).update(parent=third))


def test_a_section_with_sections_below_keeps_its_level(cast):
    for parent in (cast.culture, cast.towns):
        cast.news.parent = parent
        with pytest.raises(ValidationError):
            cast.news.full_clean()


@pytest.mark.parametrize(
    "facts",
    [
        {"title": ""},
        {"live": None, "withdrawn_at": None, "first_published_at": None, "latest": None, "ordinal": None, "title": ""},
        {"ordinal": None},
        {"listed_in": None},
        {"first_published_at": None},
        {"withdrawn_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_an_article_cannot_be_half_public(published, facts):
    refuses(lambda: Article.objects.filter(pk=published.pk).update(**facts))


def test_no_two_articles_hold_one_place(cast, published):
    other = cast.article()
    cast.publish(other)
    refuses(lambda: Article.objects.filter(pk=other.pk).update(ordinal=1))


def test_editions_are_numbered_and_chained(published):
    edition = published.live
    facts = {
        "article": published,
        "revision": edition.revision,
        "digest": edition.digest,
        "basis": "archive",
        "published_by": edition.published_by,
        "section": edition.section,
        "title": "t",
        "kind": "update",
        "published_at": timezone.now(),
        "number": 2,
        "previous_digest": edition.digest,
    }
    for wrong, naming in (
        ({"number": 1, "previous_digest": ""}, "edition_number_is_unique|articles_edition_is_not_replaced"),
        ({"previous_digest": ""}, "edition_chain_starts_at_one"),
        ({"kind": "first"}, "edition_first_is_number_one"),
        ({"kind": "correction", "note": ""}, "edition_correction_has_a_note"),
        ({"sign_off": edition.sign_off}, "edition_signed_names_its_sign_off"),
    ):
        refuses(lambda wrong=wrong: Edition.objects.create(**facts | wrong), naming=naming)
    Edition.objects.create(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"stage": 2},
        {"stage": 1, "stages": 3},
        {"stage": 1, "stages": 0, "submitted_at": "2026-01-01T00:00:00Z"},
        {"stage": 4, "stages": 3, "submitted_at": "2026-01-01T00:00:00Z"},
        {"submitted_at": "2026-01-01T00:00:00Z"},
        {"on_hold": True},
    ],
)
def test_a_review_is_in_order(cast, facts):
    article = cast.article()
    refuses(lambda: Article.objects.filter(pk=article.pk).update(**facts), naming="article_review_is_in_order")


def test_a_reading_waits_for_at_most_one_after_the_last(cast):
    article = cast.article()
    cast.sign(article)
    rows = Article.objects.filter(pk=article.pk)
    refuses(lambda: rows.update(stage=5), naming="article_review_is_in_order")
    refuses(lambda: rows.update(signed=None), naming="article_review_is_in_order")
    refuses(lambda: rows.update(scheduled_for=timezone.now()), naming="article_scheduled_is_read_by_all")
    refuses(
        lambda: rows.update(stage=3, scheduled_for=timezone.now(), scheduled_by=cast.chief),
        naming="article_scheduled_is_read_by_all",
    )
    rows.update(scheduled_for=timezone.now(), scheduled_by=cast.chief)


def test_sign_offs_build_on_one_another_and_give_their_reason(cast):
    article = cast.article()
    signed = cast.sign(article)
    facts = {
        "article": article,
        "revision": article.latest,
        "digest": article.latest.digest,
        "stages": 3,
        "person": cast.chief,
        "at": timezone.now(),
        "role": "final",
    }
    for wrong in ({"stage": 1, "previous": signed}, {"stage": 2}, {"stage": 4, "previous": signed}):
        refuses(
            lambda wrong=wrong: SignOff.objects.create(decision="pass", **facts, **wrong),
            naming="sign_off_builds_on_the_one_before",
        )
    for decision in SignOff.REASONED:
        refuses(
            lambda decision=decision: SignOff.objects.create(decision=decision, stage=1, **facts),
            naming="sign_off_gives_its_reason",
        )
    SignOff.objects.create(decision="pass", stage=1, **facts)


def test_a_section_has_one_to_five_readings(cast):
    for stages in (0, 6):
        refuses(
            lambda stages=stages: Section.objects.filter(pk=cast.news.pk).update(stages=stages),
            naming="section_has_one_to_five_readings",
        )


def test_small_rules(cast, published):
    refuses(lambda: Person.objects.create(name="林晓舟", unit="霁川县融媒体中心"))
    refuses(lambda: Person.objects.create(name=""))
    refuses(lambda: Source.objects.create(name=""))
    refuses(lambda: Assignment.objects.create(user=cast.writer, duty="write"))
    refuses(lambda: Credit.objects.create(article=published, person=cast.lin, role="reporter"))
    refuses(lambda: Assignment.objects.create(user=cast.writer, duty="audit", section=cast.news))
    refuses(lambda: OldPath.objects.create(path="x"))
    refuses(lambda: OldPath.objects.create(path="/x", target="//evil.example/"))
    refuses(lambda: OldPath.objects.create(path="/x", target="https://evil.example/"))
    refuses(lambda: SiteSettings.objects.create(pk=2, name="x"))
    refuses(lambda: ShortLink.objects.create(code="w1", article=published, purpose="W"))
    refuses(lambda: ShortLink.objects.create(code="W999", article=published, purpose="P"))
    refuses(lambda: ShortLink.objects.create(code="P999-1", article=published, purpose="W", edition=published.live))


def test_the_visibility_rule(cast):
    now = timezone.now()
    draft, live, withdrawn, expired = (cast.article() for _ in range(4))
    for article in (live, withdrawn):
        cast.publish(article)
    publishing.withdraw_article(withdrawn, by=cast.editor, reason="误")
    cast.place(expired, expires_at=now + timedelta(seconds=5))
    cast.publish(expired)
    assert set(Article.objects.public(at=now)) == {live, expired}
    assert set(Article.objects.public(at=now + timedelta(seconds=5))) == {live}
    states = {a.pk: Article.objects.get(pk=a.pk).state for a in (draft, live, withdrawn, expired)}
    assert states == {draft.pk: "draft", live.pk: "live", withdrawn.pk: "withdrawn", expired.pk: "live"}


@pytest.mark.parametrize(
    ("width", "widths"),
    [(300, [300]), (480, [480]), (481, [480, 481]), (1200, [480, 960, 1200]), (3000, [480, 960, 1200, 1600])],
)
def test_renditions_are_never_wider_than_the_picture(width, widths):
    found = picture_renditions("/media/pictures/abs.png", width)
    assert [w for w, _address in found] == widths
    assert found[0][1] == f"/media/pictures/abs-{widths[0]}.webp"
    assert [w for w, _address in picture_renditions("/media/pictures/abw.png", width)] == widths


@pytest.mark.parametrize(("width", "widths"), [(1200, [480, 960, 1200]), (1300, [480, 960, 1300])])
def test_pictures_from_before_have_the_copies_that_were_made_then(width, widths):
    assert [w for w, _address in picture_renditions("/media/pictures/ab.png", width)] == widths


@pytest.mark.parametrize(("last", "page"), [(0, 1), (1, 1), (20, 1), (21, 2), (400, 20), (401, 21)])
def test_pages_are_numbered_from_the_oldest(last, page):
    assert Section(last_ordinal=last).last_page == page


def test_site_settings_have_defaults(db):
    assert SiteSettings.current().name == "Newsroom"


def test_a_section_may_not_take_the_name_of_the_whole_sites_feed(cast):
    with pytest.raises(ValidationError):
        make_section("全部", "all")
