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
    SiteSettings,
    Source,
)
from articles.models.picture import renditions
from tests.cast import make_section


@pytest.fixture
def published(cast):
    article = cast.article()
    publishing.publish(article, by=cast.editor)
    article.refresh_from_db()
    return article


def refuses(act):
    with pytest.raises(IntegrityError), transaction.atomic():
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
    publishing.publish(other, by=cast.editor)
    refuses(lambda: Article.objects.filter(pk=other.pk).update(ordinal=1))


def test_editions_are_numbered_and_chained(published):
    edition = published.live
    facts = {"article": published, "revision": edition.revision, "digest": "x", "published_by": edition.published_by,
             "section": edition.section, "title": "t", "published_at": timezone.now()}  # fmt: skip
    refuses(lambda: Edition.objects.create(number=1, kind="update", **facts))
    refuses(lambda: Edition.objects.create(number=2, kind="update", previous_digest="", **facts))
    refuses(lambda: Edition.objects.create(number=2, kind="first", previous_digest="x", **facts))


def test_small_rules(cast, published):
    refuses(lambda: Person.objects.create(name="林晓舟", unit="霁川县融媒体中心"))
    refuses(lambda: Person.objects.create(name=""))
    refuses(lambda: Source.objects.create(name=""))
    refuses(lambda: Assignment.objects.create(user=cast.writer, duty="write"))
    refuses(lambda: Credit.objects.create(article=published, person=cast.lin, role="reporter"))
    refuses(lambda: OldPath.objects.create(path="x"))
    refuses(lambda: OldPath.objects.create(path="/x", target="//evil.example/"))
    refuses(lambda: OldPath.objects.create(path="/x", target="https://evil.example/"))
    refuses(lambda: OldPath.objects.create(path="/x", target="/x"))
    refuses(lambda: SiteSettings.objects.create(pk=2, name="x"))
    refuses(lambda: ShortLink.objects.create(code="w1", article=published, purpose="W"))
    refuses(lambda: ShortLink.objects.create(code="W999", article=published, purpose="P"))
    refuses(lambda: ShortLink.objects.create(code="P999-1", article=published, purpose="W", edition=published.live))


def test_the_visibility_rule(cast):
    now = timezone.now()
    draft, live, withdrawn, expired = (cast.article() for _ in range(4))
    for article in (live, withdrawn):
        publishing.publish(article, by=cast.editor)
    publishing.withdraw(withdrawn, by=cast.editor, reason="误")
    cast.change(expired, expires_at=now + timedelta(seconds=5))
    publishing.publish(expired, by=cast.editor)
    assert set(Article.objects.public(at=now)) == {live, expired}
    assert set(Article.objects.public(at=now + timedelta(seconds=5))) == {live}
    states = {a.pk: Article.objects.get(pk=a.pk).state for a in (draft, live, withdrawn, expired)}
    assert states == {draft.pk: "draft", live.pk: "live", withdrawn.pk: "withdrawn", expired.pk: "live"}


@pytest.mark.parametrize(
    ("width", "widths"),
    [(300, [300]), (480, [480]), (481, [480, 481]), (1200, [480, 960, 1200]), (3000, [480, 960, 1600])],
)
def test_renditions_are_never_wider_than_the_picture(width, widths):
    found = renditions("/media/pictures/ab.png", width)
    assert [w for w, _address in found] == widths
    assert found[0][1] == f"/media/pictures/ab-{widths[0]}.webp"


@pytest.mark.parametrize(("last", "page"), [(0, 1), (1, 1), (20, 1), (21, 2), (400, 20), (401, 21)])
def test_pages_are_numbered_from_the_oldest(last, page):
    assert Section(last_ordinal=last).last_page == page


def test_site_settings_have_defaults(db):
    assert SiteSettings.current().name == "Newsroom"
