"""By what right a reprint is reprinted: said on the page of its original, warned of, listed when it has ended."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from articles import publishing, reprint_rights, review
from articles.models import AuditEntry, ReprintRight
from tests.cast import all_rows, refused

pytestmark = pytest.mark.django_db
AGREED = {"basis": "agreement", "until": None, "terms": "2026年第7号协议"}


def reprint(cast):
    return cast.article(
        by=cast.writer,
        origin="reprint",
        source=cast.listed,
        original_title="题",
        original_author="甲",
        original_url="https://a.example/1",
        original_published_on=date(2026, 11, 1),
    )


def days(count):
    return timezone.localdate() + timedelta(days=count)


def unsettled(article):
    return [problem.id for problem in review.unsettled_problems(article)]


def test_the_right_is_said_and_recorded(cast):
    article = reprint(cast)
    reprint_rights.set_reprint_right(article, by=cast.writer, **AGREED)
    right = ReprintRight.objects.get(article=article)
    assert (right.basis, right.until, right.terms) == ("agreement", None, "2026年第7号协议")
    before = all_rows()
    reprint_rights.set_reprint_right(article, by=cast.writer, **AGREED)
    assert all_rows() == before, "already done"
    reprint_rights.set_reprint_right(article, by=cast.writer, **{**AGREED, "until": date(2027, 1, 1)})
    entry = AuditEntry.objects.filter(action="article.reprint_right_set").first()
    assert (entry.details["fields"], entry.details["old"], entry.details["new"]) == (
        ["reprintright.until"],
        [""],
        ["2027-01-01"],
    )


def test_the_wrong_person_and_an_unknown_basis_are_refused(cast):
    article = reprint(cast)
    with refused(PermissionDenied):
        reprint_rights.set_reprint_right(article, by=cast.culture_editor, **AGREED)
    with refused(ValidationError):
        reprint_rights.set_reprint_right(article, by=cast.writer, **{**AGREED, "basis": "hope"})


def test_readers_are_warned_and_it_stands_in_their_sign_offs(cast):
    article = reprint(cast)
    assert unsettled(cast.article()) == [], "no reprint"
    assert unsettled(article) == ["provenance.right_unknown"]
    reprint_rights.set_reprint_right(article, by=cast.writer, **{**AGREED, "until": days(0)})
    assert unsettled(article) == [], "the last day"
    article.scheduled_for = timezone.now() + timedelta(days=2)
    assert unsettled(article) == ["provenance.right_ended"], "on the day on which it would be published"
    article.scheduled_for = None
    reprint_rights.set_reprint_right(article, by=cast.writer, **{**AGREED, "until": days(-1)})
    decision = cast.sign(article)
    assert [warning["id"] for warning in decision.warnings] == ["provenance.right_ended"]
    assert publishing.publish_article(article, by=cast.editor), "a warning alone"


def test_what_is_public_beyond_its_right_is_listed_for_who_publishes_there(client, cast):
    ended, later, draft = reprint(cast), reprint(cast), reprint(cast)
    for article, until in ((ended, days(-2)), (later, days(1)), (draft, days(-2))):
        reprint_rights.set_reprint_right(article, by=cast.writer, **{**AGREED, "until": until})
    own = cast.article()
    reprint_rights.set_reprint_right(own, by=cast.writer, **{**AGREED, "until": days(-2)})
    for article in (ended, later, own):
        cast.publish(article)
    assert list(reprint_rights.public_beyond_right(cast.editor)) == [ended]
    assert not reprint_rights.public_beyond_right(cast.culture_editor)
    client.force_login(cast.editor)
    for page in ("index", "articles_article_beyond_right"):
        html = client.get(reverse(f"admin:{page}")).content.decode()
        assert reverse("admin:articles_article_original", args=[ended.pk]) in html
        assert reverse("admin:articles_article_original", args=[later.pk]) not in html
    reprint_rights.set_reprint_right(ended, by=cast.writer, **AGREED)
    assert not reprint_rights.public_beyond_right(cast.editor)


def test_it_is_said_at_the_desk_and_told_before_publishing(client, cast):
    article = reprint(cast)
    cast.sign(article)
    client.force_login(cast.editor)
    publish = reverse("admin:articles_article_publish", args=[article.pk])
    sentence = str(review.unsettled_problems(article)[0].message)
    assert sentence in client.get(publish).content.decode()
    path = reverse("admin:articles_article_original", args=[article.pk])
    client.post(path, {"basis": "hope", "until": "", "terms": "x"})
    assert not ReprintRight.objects.exists()
    client.post(path, {"basis": "single", "until": "", "terms": "来函同意"})
    assert ReprintRight.objects.get().terms == "来函同意"
    assert sentence not in client.get(publish).content.decode()
