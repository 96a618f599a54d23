"""What people ask of rules while they read a text: an allowed word, if they write rules; a proposal, by anybody."""

from copy import copy
from itertools import chain, count

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import sanitising
from ..checks.patterns import words_of
from ..checks.plain_text import plain_text_of_line
from ..duty_assignments import permissions
from ..duty_assignments.permissions import EDITORIAL_DUTIES, Duty
from ..models import CheckRule
from ..models.check_rule import LONGEST_NAME, LONGEST_PATTERN, LONGEST_PROPOSAL
from ..refusals import Problem, Refusal
from ..saved_rows import lock_row, write_row
from .patterns import refuse_unusable_pattern
from .saving import RULE_FIELDS, mark_changed
from .trying import pieces_of_text

MOST_PROPOSALS = 200  # that nobody has decided on yet
LONGEST_WORD = 60  # characters of an allowed longer word

NOT_FOUND_THERE = Problem(
    "check_rules.not_found_there",
    _("The rule finds nothing in “%(words)s”."),
    _("Write the longer word with what the rule found in it."),
    "words",
)
NO_ROOM = Problem(
    "check_rules.no_room",
    _("The rule has as many allowed words as it can have."),
    _("Rewrite it so that it finds less."),
    "words",
)
TOO_MANY_PROPOSALS = Problem(
    "check_rules.too_many_proposals",
    _("%(most)d proposals are already waiting for a decision."),
    _("Tell the people who maintain the rules."),
)
NO_REASON = Problem("check_rules.no_reason", _("Say in one sentence what is wrong."), "", "proposal")


class CannotPropose(Refusal):
    """Raised for an allowed word or a proposal that cannot be taken."""


@transaction.atomic
def allow_words(rule: CheckRule, words: str, *, by: User) -> CheckRule:
    """Let a rule find nothing inside these words from now on, in every text (本站忽略).

    It only finds less then, so a rule in use stays in use. Idempotent. Raises PermissionDenied, CannotPropose for words
    in which it finds nothing, and UnusablePattern.
    """
    before = lock_row(rule)
    permissions.require_duty_everywhere(by, Duty.RULES)
    if before is None:
        raise CheckRule.DoesNotExist
    word = plain_text_of_line(words).text.strip()[:LONGEST_WORD]
    if word in words_of(before.allowed):
        return before
    now = CheckRule.objects.get(pk=before.pk)
    if not any(found for _piece, found in pieces_of_text(copy(now), word)):
        raise CannotPropose(NOT_FOUND_THERE.filled(words=word))
    now.allowed = f"{before.allowed.rstrip()}\n{word}".strip()
    if len(now.allowed) > LONGEST_PATTERN:
        raise CannotPropose(NO_ROOM)
    refuse_unusable_pattern(now)
    write_row(now, before, ("allowed",), by=by)
    mark_changed(now)
    return now


@transaction.atomic
def propose_check_rule(
    *, by: User, pattern: str, suggestion: str, proposal: str, about: CheckRule | None = None
) -> CheckRule:
    """Add a draft to the list of rules, for those who write rules: a new rule, or a change to the rule `about`.

    A change is a copy of that rule, with its owner. Raises PermissionDenied unless `by` works on texts, CannotPropose,
    UnusablePattern or ValidationError.
    """
    if not permissions.has_duty_anywhere(by, *EDITORIAL_DUTIES):
        raise PermissionDenied
    proposal = sanitising.plain_text(proposal)[:LONGEST_PROPOSAL]
    if not proposal:
        raise CannotPropose(NO_REASON)
    if proposed_rules()[:MOST_PROPOSALS].count() >= MOST_PROPOSALS:
        raise CannotPropose(TOO_MANY_PROPOSALS.filled(most=MOST_PROPOSALS))
    facts = {name: getattr(about, name) for name in RULE_FIELDS} if about else {"advice": proposal}
    facts |= {"pattern": pattern, "suggestion": suggestion, "proposal": proposal, "proposed_by": by}
    rule = CheckRule(**facts, changed_at=timezone.now())
    refuse_unusable_pattern(rule)
    rule.name = _free_name(about.name if about else words_of(pattern)[0])
    write_row(rule, None, (*RULE_FIELDS, "proposal", "proposed_by", "state"), by=by)
    rule.sections.set(about.sections.all() if about else [])
    return rule


def proposed_rules() -> QuerySet[CheckRule]:
    """The proposals that nobody has decided on yet."""
    return CheckRule.objects.filter(~Q(proposed_by=None), state=CheckRule.State.DRAFT)


def _free_name(name: str) -> str:
    """Return a name that no rule has: this one, or this one with a number."""
    numbered = (f"{name[: LONGEST_NAME - 6]} {number}" for number in count(2))
    return next(
        each for each in chain([name[:LONGEST_NAME]], numbered) if not CheckRule.objects.filter(name=each).exists()
    )
