"""Whose turn it is with a text: the people who may do its pending reading, and a sentence that names them."""

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from .. import audit
from ..duty_assignments import permissions
from ..models import Article, Credit, Revision
from .rules import LIST_SEPARATOR, newly_written, stage_name

NAMED = 3  # of the people who may read it


def accounts_with_reading_duty(article: Article) -> QuerySet[User]:
    """The active accounts with the duty of the pending reading, by user name; the verbs check the other rules."""
    if not 0 < article.stage <= article.stages:
        return User.objects.none()
    here = [article.section_id, article.section.parent_id, getattr(article.section.parent, "parent_id", None)]
    duty = permissions.duty_of_stage(article.stage, article.stages)
    held = User.objects.filter(is_active=True, assignments__duty=duty)
    rows = held.filter(assignments__section__in=[pk for pk in here if pk]) | held.filter(assignments__section=None)
    return rows.select_related("person").distinct().order_by("username")


def possible_readers(article: Article) -> QuerySet[User]:
    """Those with the duty of the reading who neither wrote the text nor signed it, unless its section allows that."""
    rows = accounts_with_reading_duty(article)
    if article.section.same_person_allowed:
        return rows
    written = Revision.objects.filter(newly_written(), article=article, stage=0, created_by=OuterRef("pk"))
    credited = Credit.objects.filter(article=article, role__in=Credit.WRITING, person__user=OuterRef("pk"))
    signers = [link.person_id for link in article.signed.chain()] if article.signed else []
    return rows.exclude(pk__in=signers).filter(~Exists(written), ~Exists(credited))


def sentence_of_turn(article: Article) -> str:
    """What the text waits for after a decision, and who may do it; '' while it is with its writers or on hold.

    One query, if the sign-offs that count are loaded.
    """
    if not article.stage or article.on_hold:
        return ""
    if article.stage > article.stages:
        return _("All have read it: it can be published.")
    facts = {"reading": stage_name(article.stage, article.stages)}
    people = [article.handed_to] if article.handed_to else list(possible_readers(article))
    if not people:
        return _("Next is the “%(reading)s”, but nobody may read it: tell the security administrator.") % facts
    facts["names"] = str(LIST_SEPARATOR).join(audit.account_name(user) for user in people[:NAMED])
    if len(people) > NAMED:
        return _("Next is the “%(reading)s”: %(names)s, or one of %(count)d in all.") % {**facts, "count": len(people)}
    return _("Next is the “%(reading)s”: %(names)s.") % facts
