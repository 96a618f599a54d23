"""Carrying out a change set: each article becomes an ordinary correction, exactly once, or is refused and stays."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from articles import audit, change_sets, publishing
from articles.change_sets import Replacement, carrying_out
from articles.evidence import stored_editions
from articles.models import (
    Article,
    AuditEntry,
    ChangeSet,
    ChangeSetItem,
    Edition,
    Person,
    Revision,
    Section,
    SignOff,
)
from articles.review_sheet import review_sheet
from tests.cast import all_rows, refused
from tests.change_sets import (
    NOTE,
    carry_out,
    changes_of,
    in_review,
    keys_of,
    propose,
    read_by_all,
    states_of,
    withdrawn,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
Item, State = ChangeSetItem.State, ChangeSet.State


def test_a_set_is_read_once_by_each_reader_and_each_article_is_an_ordinary_correction(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    assert change_set.state == State.READING
    with audit.acting_from("203.0.113.7"):
        read_by_all(cast, change_set)
    assert change_set.state == State.READ
    carry_out(change_set, cast.chief)
    assert change_set.state == State.DONE
    for article, item in zip(public_texts, change_set.items.order_by("pk"), strict=True):
        article.refresh_from_db()
        edition, revision = article.live, article.latest
        assert (edition, item.state, edition.number, edition.kind) == (item.edition, Item.DONE, 2, "correction")
        assert (edition.note, edition.published_by, revision.created_by) == (NOTE, cast.chief, proposer)
        assert "县<strong>" not in article.body
        assert "市长<strong></strong>" not in article.body
        assert (article.stage, article.note) == (0, "")
        chain = edition.sign_off.chain()
        assert [row.person for row in chain] == cast.readers()
        assert {row.digest for row in chain} == {edition.digest} == {item.digest} == {revision.digest}
        assert {(row.read_in_set["change_set"], row.address) for row in chain} == {(change_set.pk, "203.0.113.7")}
        assert not any(row.same_person for row in chain)
    assert [fault for faults in stored_editions.edition_faults() for fault in faults] == []
    assert AuditEntry.objects.get(action="changeset.carried_out").details == {"count": 3}


def test_the_review_sheet_tells_that_it_was_read_in_a_set(cast, public_texts, proposer):
    change_set = propose(proposer, public_texts[0])
    read_by_all(cast, change_set)
    carry_out(change_set, cast.chief)
    readings = review_sheet(Article.objects.get(pk=public_texts[0].pk)).rounds[-1].readings
    assert len(readings) == 3
    assert all(str(change_set.pk) in reading.in_set for reading in readings)
    assert not any(
        reading.in_set for reading in review_sheet(Article.objects.get(pk=public_texts[1].pk)).rounds[0].readings
    )


def test_nothing_is_published_before_all_have_read_or_without_the_duty_everywhere(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    change_sets.read_items(change_set, by=cast.editor, items=keys_of(change_set))
    with refused(change_sets.CannotCarryOut, "not been read by all"):
        change_sets.carry_out_change_set(change_set, by=cast.chief)
    read_by_all(cast, change_set)
    with refused(PermissionDenied):
        change_sets.carry_out_change_set(change_set, by=cast.head)
    with refused(change_sets.CannotCarryOut, "you lack it in: 要闻"):
        change_sets.carry_out_change_set(change_set, by=cast.culture_editor)
    assert change_sets.continue_change_sets() == 0
    assert Edition.objects.count() == 3


def test_a_set_stops_goes_on_and_makes_one_edition_of_each(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    read_by_all(cast, change_set)
    change_sets.carry_out_change_set(change_set, by=cast.chief)
    assert change_sets.continue_change_sets(1) == 1
    with refused(change_sets.CannotReadSet, "Stop it first"):
        change_sets.end_change_set(change_set, by=proposer, reason="误")
    with refused(PermissionDenied):
        change_sets.stop_change_set(change_set, by=cast.writer)
    change_sets.stop_change_set(change_set, by=cast.editor)
    change_sets.stop_change_set(change_set, by=cast.editor)
    assert change_sets.continue_change_sets() == 0
    assert states_of(change_set) == [Item.DONE, Item.OPEN, Item.OPEN]
    change_sets.carry_out_change_set(change_set, by=cast.editor)
    assert change_sets.continue_change_sets(2) == 2
    with refused(PermissionDenied):
        change_sets.stop_change_set(change_set, by=cast.writer)  # although no section is left
    call_command("carry_out_change_sets", stdout=io.StringIO())
    change_set.refresh_from_db()
    assert (change_set.state, states_of(change_set)) == (State.DONE, [Item.DONE] * 3)
    assert Edition.objects.filter(number=2).count() == 3
    acts = AuditEntry.objects.filter(object_type="changeset").values_list("action", flat=True)
    assert [act.partition(".")[2] for act in acts.order_by("pk")][-4:] == [
        "started",
        "stopped",
        "resumed",
        "carried_out",
    ]


def test_killed_within_an_article_leaves_no_trace_and_the_next_worker_goes_on(
    cast, public_texts, proposer, monkeypatch
):
    change_set = propose(proposer, *public_texts)
    read_by_all(cast, change_set)
    change_sets.carry_out_change_set(change_set, by=cast.chief)
    publish, count = publishing.publish_correction, iter(range(9))

    def dies_at_the_second(article, *, by):
        edition = publish(article, by=by)
        if next(count) == 1:
            raise KeyboardInterrupt  # after all is written, before it is committed
        return edition

    monkeypatch.setattr(publishing, "publish_correction", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        change_sets.continue_change_sets()
    assert states_of(change_set) == [Item.DONE, Item.OPEN, Item.OPEN]
    while change_sets.continue_change_sets():
        pass
    assert states_of(change_set) == [Item.DONE] * 3
    assert [article.editions.count() for article in public_texts] == [2, 2, 2]
    assert [article.revisions.count() for article in public_texts] == [2, 2, 2]


def other_edition(cast, article):
    cast.correct(article, title="别的更正")


def byline_renamed(cast, article):
    Person.objects.filter(pk=cast.lin.pk).update(name="林晓")


def fewer_readings(cast, article):
    Section.objects.update(stages=2)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (other_edition, "saved after"),
        (in_review, "being read"),
        (withdrawn, "Readers do not see it"),
        (byline_renamed, "not be the one that was read"),
        (fewer_readings, "another number of readings"),
    ],
)
def test_what_changed_since_it_was_read_is_refused_with_a_reason_and_stays(
    cast, public_texts, proposer, spoil, sentence
):
    change_set = propose(proposer, public_texts[0])
    read_by_all(cast, change_set)
    spoil(cast, Article.objects.get(pk=public_texts[0].pk))
    before = [list(model.objects.values()) for model in (Edition, Revision, SignOff, Article)]
    carry_out(change_set, cast.chief)
    item = change_set.items.get()
    assert item.state == Item.REFUSED
    assert sentence in item.problem
    assert [list(model.objects.values()) for model in (Edition, Revision, SignOff, Article)] == before
    assert change_set.state == State.DONE


def test_a_reader_who_lost_the_duty_signs_nothing(cast, public_texts, proposer):
    change_set = propose(proposer, public_texts[0])
    read_by_all(cast, change_set)
    cast.editor.is_active = False
    cast.editor.save()
    carry_out(change_set, cast.chief)
    assert "梁静姝 cannot do this reading" in change_set.items.get().problem
    assert public_texts[0].revisions.count() == 1


def test_a_text_that_checks_block_is_refused(cast, public_texts, proposer):
    replacement = Replacement("县长", "市长11010519491231002X")
    change_set = propose(proposer, changes=changes_of(*public_texts[:1], replacement=replacement))
    read_by_all(cast, change_set)
    carry_out(change_set, cast.chief)
    assert "identity number" in change_set.items.get().problem


def test_the_database_itself_keeps_what_was_signed(cast, public_texts, proposer):
    read_by_all(cast, propose(proposer, public_texts[0]))
    with connection.cursor() as cursor:
        for sql in ("UPDATE articles_changesetreading SET digest = 'x'", "DELETE FROM articles_changesetreading"):
            with pytest.raises(IntegrityError, match="articles_changesetreading_is_"), transaction.atomic():
                cursor.execute(sql)


def test_an_item_that_another_worker_carried_out_meanwhile_is_left_alone(cast, public_texts, proposer):
    change_set = propose(proposer, *public_texts)
    read_by_all(cast, change_set)
    change_sets.carry_out_change_set(change_set, by=cast.chief)
    change_sets.continue_change_sets(1)
    before = all_rows()
    carrying_out._carry_out_item(keys_of(change_set)[0])
    assert all_rows() == before
