"""Proposing and reading change sets: what fits, who reads, and that each text is signed by those its readings
demand.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from articles import change_sets, second_factor
from articles.change_sets import TextChange
from articles.models import (
    Article,
    AuditEntry,
    ChangeSet,
    ChangeSetItem,
    ChangeSetReading,
    Section,
)
from tests.cast import Role, make_user, refused
from tests.change_sets import (
    carry_out,
    changes_of,
    in_review,
    keys_of,
    propose,
    read_by_all,
    states_of,
    waiting,
    withdrawn,
)
from tests.factors import give_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
Item, State = ChangeSetItem.State, ChangeSet.State


# --- Proposing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"reason": " "}, "Say in one sentence why"),
        ({"note": ""}, "what readers are told"),
        ({"changes": []}, "None of these"),
        ({"changes": [TextChange(0, 1, {})] * 500}, "None of these"),
        ({"changes": [TextChange(1, 1, {})] * 501}, "at most 500 articles; these are 501"),
    ],
)
def test_a_set_needs_a_reason_a_note_and_articles(cast, public_texts, proposer, facts, sentence):
    changes = changes_of(public_texts[0])
    with refused(change_sets.CannotPropose, sentence):
        propose(proposer, **{"changes": changes, **facts})


def test_who_does_not_write_there_cannot_propose(cast, public_texts):
    changes = changes_of(public_texts[0])
    reader = make_user("reader", ["read"])
    with refused(change_sets.CannotPropose, "do not write in its section, “要闻”"):
        propose(reader, changes=changes)
    with refused(change_sets.CannotPropose):  # users who may not read it do not learn what it is
        propose(cast.stranger, changes=changes)


def draft(cast, article):
    return cast.article(body="<p>县长调研。</p>")


def changed(cast, article):
    cast.change(article, title="改了题")


def embargoed(cast, article):
    Article.objects.filter(pk=article.pk).update(embargo_until=timezone.now() + timedelta(days=1))


def expired(cast, article):
    Article.objects.filter(pk=article.pk).update(expires_at=timezone.now() - timedelta(days=1))


def in_another_set(cast, article):
    propose(make_user("other", ["write", "read"]), article)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (draft, "Readers do not see it"),
        (changed, "changes that readers do not see"),
        (in_review, "being read"),
        (embargoed, "embargo"),
        (withdrawn, "Readers do not see it"),
        (expired, "Readers do not see it"),
        (in_another_set, "changes it already"),
    ],
)
def test_an_article_that_does_not_fit_is_told_and_the_others_are_proposed(
    cast, public_texts, proposer, spoil, sentence
):
    odd = spoil(cast, public_texts[0]) or public_texts[0]
    change_set = propose(proposer, odd, public_texts[1])
    problems = {item.article_id: (item.state, item.problem) for item in change_set.items.all()}
    assert problems[odd.pk][0] == Item.REFUSED
    assert sentence in problems[odd.pk][1]
    assert problems[public_texts[1].pk] == (Item.OPEN, "")


def test_a_text_that_was_saved_since_stays_the_same_or_becomes_too_long_is_refused(cast, public_texts, proposer):
    changes = changes_of(*public_texts)
    cast.correct(public_texts[0], title="别的更正")
    changes[1] = TextChange(public_texts[1].pk, changes[1].revision, {"title": public_texts[1].title})
    changes[2] = TextChange(public_texts[2].pk, changes[2].revision, {"title": "长" * 121})
    with refused(change_sets.CannotPropose, r"saved after.*Nothing would change.*title would have 121 characters"):
        propose(proposer, changes=changes)


# --- Reading --------------------------------------------------------------------------------------------------


def test_who_proposed_wrote_or_read_before_cannot_read(cast, public_texts):
    change_set = propose(cast.editor, *public_texts)  # the editor also does first readings
    for user in (cast.editor, cast.stranger, cast.chief):
        with refused(change_sets.CannotReadSet, "None of these texts waits for you"):
            change_sets.read_items(change_set, by=user, items=keys_of(change_set))


def test_a_credited_writer_reads_the_others_only(cast, public_texts, proposer):
    public_texts[0].credits.create(role=Role.REPORTER, person=cast.liang)  # whose account is the editor's
    change_set = propose(proposer, *public_texts)
    assert waiting(change_set, cast.editor) == keys_of(change_set)[1:]
    Section.objects.update(same_person_allowed=True)
    assert waiting(change_set, cast.editor) == keys_of(change_set)


def test_reading_twice_signs_once_and_a_stale_page_signs_nothing(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    keys = keys_of(change_set)
    assert change_sets.read_items(change_set, by=cast.editor, items=keys[:2], left_out=keys[2:]) == 2
    assert change_sets.read_items(change_set, by=cast.editor, items=keys[:2]) == 0
    assert ChangeSetReading.objects.count() == 2
    assert waiting(change_set, cast.head) == keys[:2]
    with refused(change_sets.CannotReadSet, "In the meantime"):
        change_sets.read_items(change_set, by=cast.head, items=keys)


def test_texts_of_another_set_are_not_signed_with_this_one(cast, public_texts, proposer):
    change_set, other = (propose(proposer, article) for article in public_texts[:2])
    with refused(change_sets.CannotReadSet, "None of these texts waits for you"):
        change_sets.read_items(change_set, by=cast.editor, items=keys_of(other))


def test_the_final_reading_takes_a_recent_proof(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    give_app(cast.chief)
    for reader in (cast.editor, cast.head):
        change_sets.read_items(change_set, by=reader, items=keys_of(change_set))
    with refused(second_factor.ProofNeeded):
        change_sets.read_items(change_set, by=cast.chief, items=keys_of(change_set))


def test_sections_with_other_readings_are_read_by_those_they_demand(cast, public_texts, proposer):
    Section.objects.filter(pk=cast.culture.pk).update(stages=1)
    quick = cast.article(section=Section.objects.get(pk=cast.culture.pk), body="<p>县长。</p>")
    cast.publish(quick)
    change_set = propose(proposer, public_texts[0], quick)
    assert len(waiting(change_set, cast.editor)) == len(waiting(change_set, cast.chief)) == 1
    for reader in (cast.chief, *cast.readers()):
        change_sets.read_items(change_set, by=reader, items=waiting(change_set, reader))
    change_set.refresh_from_db()
    carry_out(change_set, cast.chief)
    assert states_of(change_set) == [Item.DONE, Item.DONE]
    assert Article.objects.get(pk=quick.pk).live.sign_off.stages == 1


def test_a_set_is_listed_for_its_proposer_and_those_who_may_read_one_of_its_articles(cast, public_texts, proposer):
    of_culture = cast.article(section=cast.culture, body="<p>县长。</p>")
    cast.publish(of_culture)
    first, second = propose(proposer, public_texts[0]), propose(proposer, of_culture)
    listed = [list(change_sets.change_sets_for(user)) for user in (proposer, cast.culture_editor, cast.stranger)]
    assert listed == [[second, first], [second], []]


def test_what_is_left_out_is_not_published_and_can_be_taken_in_again_while_it_is_read(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    first, *_others = keys_of(change_set)
    assert change_sets.tick_items(change_set, by=proposer, items=[first], ticked=False) == 1
    assert change_sets.tick_items(change_set, by=proposer, items=[first], ticked=False) == 0
    read_by_all(cast, change_set)
    assert change_set.state == State.READ
    change_sets.tick_items(change_set, by=proposer, items=[first], ticked=True)
    change_set.refresh_from_db()
    assert change_set.state == State.READING  # nobody has read that one
    change_sets.tick_items(change_set, by=proposer, items=[first], ticked=False)
    change_set.refresh_from_db()
    carry_out(change_set, cast.chief)
    assert states_of(change_set) == [Item.OPEN, Item.DONE, Item.DONE]
    assert Article.objects.get(pk=public_texts[0].pk).live.number == 1
    with refused(change_sets.CannotReadSet, "no longer being read"):
        change_sets.tick_items(change_set, by=proposer, items=[first], ticked=True)


def test_what_is_left_out_and_proposed_elsewhere_is_not_taken_in_again_meanwhile(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    first, *_others = keys_of(change_set)
    change_sets.tick_items(change_set, by=proposer, items=[first], ticked=False)
    other = propose(proposer, public_texts[0])
    with refused(change_sets.CannotReadSet, f"Change set {other.pk} changes it already"):
        change_sets.tick_items(change_set, by=proposer, items=[first], ticked=True)
    change_sets.end_change_set(other, by=proposer, reason="不改")
    assert change_sets.tick_items(change_set, by=proposer, items=[first], ticked=True) == 1


def test_only_its_proposer_and_its_readers_tick(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    with refused(PermissionDenied):
        change_sets.tick_items(change_set, by=cast.writer, items=keys_of(change_set), ticked=False)
    with refused(PermissionDenied):  # it does not wait for the chief yet
        change_sets.tick_items(change_set, by=cast.chief, items=keys_of(change_set), ticked=False)
    assert change_sets.tick_items(change_set, by=cast.editor, items=keys_of(change_set), ticked=False) == 3


def test_a_set_is_rejected_with_a_reason_and_never_carried_out(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    with refused(change_sets.CannotReadSet, "Say in one sentence why"):
        change_sets.end_change_set(change_set, by=cast.head, reason=" ")
    with refused(PermissionDenied):
        change_sets.end_change_set(change_set, by=cast.writer, reason="不改")
    read_by_all(cast, change_set)
    change_sets.end_change_set(change_set, by=cast.head, reason="任命未公布")
    change_sets.end_change_set(change_set, by=cast.head, reason="又一次")
    change_set.refresh_from_db()
    assert (change_set.state, change_set.end_reason) == (State.ENDED, "任命未公布")
    assert AuditEntry.objects.get(action="changeset.ended").details == {"reason": "任命未公布"}
    with refused(change_sets.CannotCarryOut, "not been read by all, or has ended"):
        change_sets.carry_out_change_set(change_set, by=cast.chief)
    assert propose(proposer, *public_texts).items.filter(state=Item.OPEN).count() == 3  # no longer in another set
