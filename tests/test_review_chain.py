"""A chain of signatures: of five readings every earlier one counts, and not the last three alone."""

import pytest

from articles import editing, review
from articles.duty_assignments.permissions import Duty, duty_of_stage
from articles.models import Person
from articles.review import CannotDecide, WouldVoid
from tests.cast import Role, make_section, make_user, refused


@pytest.fixture
def five(cast):
    """An article that waits for its fifth reading, and who signed the four before; each of them has the duty for the fifth."""
    section = make_section("某栏", "some", stages=5)
    article = cast.article(section=section)
    review.submit_article(article, by=cast.writer)
    readers = [make_user(f"reader{n}", ["write", duty_of_stage(n, 5), Duty.FINAL]) for n in range(1, 5)]
    for reader in readers:
        review.sign_off_reading(article, by=reader, revision=article.latest.number)
    article.refresh_from_db()
    return article, readers


@pytest.mark.parametrize("reading", [1, 2, 3, 4])
def test_whoever_signed_any_earlier_reading_cannot_do_the_fifth(five, reading):
    article, readers = five
    with refused(CannotDecide, "You signed the “.*” of this text; another person must do the next one"):
        review.sign_off_reading(article, by=readers[reading - 1], revision=article.latest.number)
    assert not review.readings_waiting_for(readers[reading - 1]).exists()


def test_the_queue_of_a_fifth_reader_has_it(cast, five):
    article, _readers = five
    assert list(review.readings_waiting_for(cast.chief)) == [article]


def test_a_correction_at_the_fifth_reading_is_shown_to_all_who_signed_before(cast, five):
    article, readers = five
    assert not any(review.corrected_since(reader).exists() for reader in readers)
    cast.change(article, by=cast.chief, title="终审改题")
    for reader in readers:
        assert list(review.corrected_since(reader)) == [article]
    assert not review.corrected_since(cast.chief).exists()


@pytest.mark.parametrize("reading", [1, 2, 3, 4])
def test_a_correction_at_the_fifth_reading_credits_none_who_signed_before(cast, five, reading):
    article, readers = five
    person = Person.objects.create(name="赵", user=readers[reading - 1])
    with refused(WouldVoid, "signed by reader1（.*reader2（.*reader3（.*reader4（"):
        editing.save_article(article, by=cast.chief, credits=[(Role.REPORTER, person)])


@pytest.mark.parametrize("to_stage", [1, 2, 3, 4])
def test_what_the_fifth_reader_sends_back_keeps_the_signatures_before(cast, five, to_stage):
    article, readers = five
    review.send_back(article, by=cast.chief, reason="再核", to_stage=to_stage)
    article.refresh_from_db()
    kept = article.signed.chain() if article.signed else []
    assert [link.person for link in kept] == readers[: to_stage - 1]


def test_what_all_have_read_waits_for_no_reader(cast):
    deputy = make_user("deputy", ["first", "second", "final"])
    article = cast.article()
    cast.sign(article, times=2)
    assert list(review.readings_waiting_for(deputy)) == [article]
    cast.sign(article)
    assert not review.readings_waiting_for(deputy).exists()
