"""Proposing a change set: which articles can be changed so, and what the text of each would be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import CharField, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import audit, editing, sanitising
from ..checks import find_problems
from ..checks.text import embargo_is_over
from ..duty_assignments import reading
from ..models import Article, ChangeSet, ChangeSetItem
from ..models.revision import content_digest
from ..refusals import Problem, Refusal, join_sentences

MOST_ITEMS = 500
# The texts of an article that a set may change; which article it is, whose, and from where stays.
CHANGED_TEXTS = ("kicker", "title", "subtitle", "short_title", "summary", "body")
OPEN_STATES = (
    ChangeSet.State.READING,
    ChangeSet.State.READ,
    ChangeSet.State.RUNNING,
    ChangeSet.State.STOPPED,
)

WITHOUT_REASON = Problem(
    "change_sets.without_reason", _("Say in one sentence why; the readers of the set see it."), "", "reason"
)
WITHOUT_NOTE = Problem(
    "change_sets.without_note", _("Each article is corrected, so write what readers are told about it."), "", "note"
)
TOO_MANY = Problem(
    "change_sets.too_many",
    _("A change set has at most %(most)d articles; these are %(count)d."),
    _("Propose them in several sets: each is read and carried out separately."),
)
NOTHING_TO_CHANGE = Problem(
    "change_sets.nothing_to_change",
    _("None of these articles can be changed this way."),
    _("%(why)s"),
)
NOT_PUBLIC = Problem(
    "change_sets.not_public",
    _("Readers do not see it, so there is nothing to correct."),
    _("Change the draft itself."),
)
CHANGES_UNPUBLISHED = Problem(
    "change_sets.changes_unpublished",
    _("It has changes that readers do not see yet."),
    _("Have them read and published first, or make this change among them."),
)
IN_REVIEW = Problem(
    "change_sets.in_review", _("It is being read already."), _("Its readers can make this change as they read.")
)
READINGS_MISSING = Problem(
    "change_sets.readings_missing",
    _("It was published before its readings, which are not complete."),
    _("Its readers can make this change as they read."),
)
SAVED_SINCE = Problem(
    "change_sets.saved_since",
    _("It was saved after this change was prepared."),
    _("Check the newest text, and propose the change again."),
)
UNCHANGED = Problem("change_sets.unchanged", _("Nothing would change in it."))
TOO_LONG = Problem(
    "change_sets.too_long",
    _("Its %(field)s would have %(length)d characters, more than the %(most)d there may be."),
    _("Change it manually."),
)
IN_OTHER_SET = Problem(
    "change_sets.in_other_set",
    _("Change set %(number)d changes it already."),
    _("Wait until that is carried out, or untick it there."),
)
NOT_YOURS = Problem(
    "change_sets.not_yours",
    _("You do not write in its section, “%(section)s”."),
    _("Somebody who does proposes it."),
)


class CannotPropose(Refusal):
    """Raised when a change set cannot be proposed."""


@dataclass(frozen=True)
class TextChange:
    """What a set would do to one article: `texts` are new values of fields in CHANGED_TEXTS, by their names.

    `revision` is the number of the revision that they were made from. `body` is HTML and passes the gate like all
    bodies.
    """

    article: int
    revision: int
    texts: Mapping[str, str]


@transaction.atomic
def propose_change_set(
    kind: ChangeSet.Kind, changes: Sequence[TextChange], *, by: User, about: str, reason: str, note: str
) -> ChangeSet:
    """Propose these changes of public articles as one set, to be read once, and return it.

    `changes` lists each article once, at most MOST_ITEMS, with its new texts. `about` names the change in lists
    (200 characters: "县长 → 市长", "example.com"). `reason` is for the readers of the set, `note` what visitors are
    told about each correction; both are needed, 400 characters each. `by` must write in the articles' sections.

    An article that cannot be changed so (it is not public, has unpublished changes, is being read, is under embargo, is
    in another open set, was saved since, or is not the proposer's to write) is kept in the set as refused, with the
    reason; the others are to be read. Nothing of the articles themselves changes until the set is carried out. Raises
    CannotPropose if a reason or note is missing, there are too many, or not one article can be changed so.
    """
    reason, note = (sanitising.plain_text(text)[:400] for text in (reason, note))
    missing = [problem for text, problem in ((reason, WITHOUT_REASON), (note, WITHOUT_NOTE)) if not text]
    if missing:
        raise CannotPropose(*missing)
    if len(changes) > MOST_ITEMS:
        raise CannotPropose(TOO_MANY.filled(most=MOST_ITEMS, count=len(changes)))
    change_set = ChangeSet(
        kind=kind,
        about=sanitising.plain_text(about)[:200],
        reason=reason,
        note=note,
        proposed_by=by,
        proposed_at=timezone.now(),
    )
    items = _items_of(change_set, changes, by=by)
    # Of two who propose the same at once, the second waits here and then sees the set of the first.
    audit.lock_audit_chain()
    _refuse_those_in_other_sets(items)
    proposed = [item for item in items if item.state == ChangeSetItem.State.OPEN]
    if not proposed:
        why = join_sentences(dict.fromkeys(item.problem for item in items))
        raise CannotPropose(NOTHING_TO_CHANGE.filled(why=why))
    change_set.save()
    ChangeSetItem.objects.bulk_create(items, batch_size=50)
    audit.record_entry(
        "changeset.opened", change_set, by=by, name=str(change_set), reason=reason, note=note, count=len(proposed)
    )
    return change_set


def reason_against_change(article: Article, by: User) -> Problem | None:
    """Why the working copy of the article cannot be changed as part of a set that `by` proposes; None if it can."""
    if not article.is_public or article.live is None:
        return NOT_PUBLIC
    if article.readings_due_at:
        return READINGS_MISSING
    if article.stage:
        return IN_REVIEW
    if article.live.digest != article.newest.digest:
        return CHANGES_UNPUBLISHED
    if not reading.may_write_article(by, article):
        return NOT_YOURS.filled(section=article.section)
    return next(iter(find_problems(article, (embargo_is_over,))), None)


def _items_of(change_set: ChangeSet, changes: Sequence[TextChange], *, by: User) -> list[ChangeSetItem]:
    """The items of these changes, in their order; articles that `by` may not read are left out."""
    numbers = [change.article for change in changes]
    rows = reading.readable_articles(by).filter(pk__in=numbers)
    rows = rows.select_related("section__parent", "source", "cover", "latest", "live")
    found = {article.pk: article for article in rows}
    return [_item_of(change_set, change, found[change.article], by=by) for change in changes if change.article in found]


def items_of_open_sets() -> QuerySet[ChangeSetItem]:
    """The texts that sets change which have not ended and are not carried out, without those that were left out."""
    return ChangeSetItem.objects.filter(
        state=ChangeSetItem.State.OPEN, is_ticked=True, change_set__state__in=OPEN_STATES
    )


def other_open_sets(items: Iterable[ChangeSetItem]) -> dict[int, int]:
    """Return the articles of these items, which are new or left out, that an open set changes, each with its number.

    The answer stays true until the transaction ends if the audit-chain lock was taken before.
    """
    rows = items_of_open_sets().filter(article__in=[item.article_id for item in items])
    return dict(rows.values_list("article", "change_set"))


def _refuse_those_in_other_sets(items: Iterable[ChangeSetItem]) -> None:
    proposed = [item for item in items if item.state == ChangeSetItem.State.OPEN]
    elsewhere = other_open_sets(proposed)
    for item in proposed:
        if item.article_id in elsewhere:
            item.state = ChangeSetItem.State.REFUSED
            item.problem = str(IN_OTHER_SET.filled(number=elsewhere[item.article_id]))


def _item_of(change_set: ChangeSet, change: TextChange, article: Article, *, by: User) -> ChangeSetItem:
    base = article.newest
    problem = reason_against_change(article, by)
    if base.number != change.revision:
        problem = problem or SAVED_SINCE
    write_texts(article, change.texts)
    editing.sanitise_texts(article)
    content = editing.revision_content(article)
    if all(content[field] == base.content[field] for field in CHANGED_TEXTS):
        problem = problem or UNCHANGED
    problem = problem or _length_problem(article)
    return ChangeSetItem(
        change_set=change_set,
        article=article,
        base=base,
        content=content,
        digest=content_digest(content),
        stages=article.section.stages,
        state=ChangeSetItem.State.REFUSED if problem else ChangeSetItem.State.OPEN,
        problem=str(problem or ""),
    )


def write_texts(article: Article, texts: Mapping[str, str]) -> None:
    """Set the texts of the working copy that a set may change, without saving it."""
    for field in CHANGED_TEXTS:
        if field in texts:
            setattr(article, field, texts[field])


def _length_problem(article: Article) -> Problem | None:
    for name in CHANGED_TEXTS:
        field = cast(CharField, Article._meta.get_field(name))
        length = len(getattr(article, name))
        if field.max_length and length > field.max_length:
            return TOO_LONG.filled(field=field.verbose_name, length=length, most=field.max_length)
    return None
