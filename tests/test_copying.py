"""Copying: a new draft with another article's text, or with that of a template."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import checks, copying, discarding, review
from articles.duty_assignments import reading
from articles.models import Article, ArticleIsGone, AuditEntry
from tests.cast import make_user, refused

pytestmark = pytest.mark.django_db


def test_a_copy_has_the_text_the_credits_and_the_section_and_no_history(cast):
    original = cast.article(keywords="停水,城西", summary="城西停水")
    cast.publish(original)
    copy = copying.copy_article(original, by=cast.writer)
    assert copy.pk != original.pk
    copy = Article.objects.get(pk=copy.pk)
    for field in ("title", "body", "summary", "keywords", "section", "source", "cover"):
        assert getattr(copy, field) == getattr(original, field)
    assert list(copy.credits.values_list("role", "person")) == list(original.credits.values_list("role", "person"))
    assert (copy.state, copy.stage, copy.created_by) == ("draft", 0, cast.writer)
    assert copy.revisions.get().number == 1
    assert AuditEntry.objects.filter(action="article.copied", object_id=str(copy.pk)).get().details == {
        "original": original.pk
    }


def test_an_embargo_is_not_copied(cast):
    original = cast.article(embargo_until=timezone.now() + timedelta(days=1))
    assert copying.copy_article(original, by=cast.writer).embargo_until is None


def test_who_may_not_read_it_or_not_write_there_copies_nothing(cast):
    original = cast.article(credits=[])
    outside, reader = make_user("outside", ["write"]), make_user("reader", ["read"])
    with refused(PermissionDenied, "is read by those who wrote it"):
        copying.copy_article(original, by=outside)
    with refused(PermissionDenied, "duty"):
        copying.copy_article(original, by=reader)


def test_what_is_in_the_bin_is_not_copied(cast):
    original = cast.article(by=cast.writer)
    discarding.discard_draft(original, by=cast.writer)
    with refused(ArticleIsGone):
        copying.copy_article(original, by=cast.writer)


def test_a_template_is_copied_by_whoever_writes_in_its_section(cast):
    template = cast.article(title="停水通知", body="<p>停水时间：［待填：停水时间］。</p>", credits=[])
    outside = make_user("outside", ["write"], cast.news)
    assert not reading.templates_for(outside).exists()
    copying.offer_as_template(template, by=cast.head)
    assert [row.title for row in reading.templates_for(outside)] == ["停水通知"]
    copy = copying.copy_article(template, by=outside)
    assert not Article.objects.get(pk=copy.pk).is_template
    elsewhere = make_user("elsewhere", ["write"], cast.culture)
    assert not reading.templates_for(elsewhere).exists()
    with refused(PermissionDenied):
        copying.copy_article(template, by=elsewhere)
    copying.stop_offering_template(template, by=cast.head)
    with refused(PermissionDenied):
        copying.copy_article(template, by=outside)


def test_offering_twice_records_once_and_takes_the_right_to_write(cast):
    article = cast.article(credits=[])
    copying.offer_as_template(article, by=cast.head)
    copying.offer_as_template(article, by=cast.head)
    assert AuditEntry.objects.filter(action="article.template_offered").count() == 1
    with refused(PermissionDenied):
        copying.stop_offering_template(article, by=cast.towns_writer)
    copying.stop_offering_template(article, by=cast.head)
    copying.stop_offering_template(article, by=cast.head)
    assert AuditEntry.objects.filter(action="article.template_stopped").count() == 1


def test_a_place_left_to_be_filled_in_keeps_an_article_from_being_signed(cast):
    article = cast.article(title="停水［待填：日期］", body="<p>时间：［待填：停水时间］</p>")
    cast.sign(article, times=2)
    with refused(checks.NotReady):
        review.sign_off_reading(article, by=cast.chief, revision=1)
    problem = next(problem for problem in checks.find_problems(article) if problem.id == "text.places")
    assert "［待填：日期］ ［待填：停水时间］" in str(problem)
    cast.change(article, title="停水", body="<p>时间：八点</p>", voiding=True)
    assert "text.places" not in [problem.id for problem in checks.find_problems(article)]
