"""Sections (栏目): adding, changing and renumbering them."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from . import baking, old_paths, proposing
from .duty_assignments import permissions
from .duty_assignments.permissions import Duty
from .models import Article, Section
from .saved_rows import lock_row, write_row

# The rules of the readings, changed by who may change rules.
READING_FIELDS = (
    "stages",
    "same_person_allowed",
    "title_is_reread",
    "facts_are_reread",
    "correction_percent",
    "late_reading_hours",
)
SECTION_FIELDS = (
    "name",
    "slug",
    "parent",
    "level",
    "position",
    "kind",
    "description",
    "keywords",
    "shows_changes",
    *READING_FIELDS,
)
# What readers see of a section without a signature.
SECTION_WORDS = ("name", "description", "keywords")


def may_arrange_sections(user: User) -> bool:
    """Return True if the user may add sections and change everything but their readings."""
    return permissions.has_duty_everywhere(user, Duty.ARRANGE)


@transaction.atomic
def save_section(section: Section, *, by: User) -> Section:
    """Add the section or save its changed fields; the old address of a renamed one redirects to it.

    Those who assign duties change its readings, those who arrange everything else. Where a second person
    confirms words, those that changed wait, and a new section waits as a whole (it has no key then). Raises
    PermissionDenied or ValidationError.
    """
    before = lock_row(section)
    if before:
        # `clean` derives it from the parent, and refuses moves that would change its children.
        section.level = before.level
    _require_duties(section, before, by)
    if not proposing.hold_back_words(section, before, SECTION_FIELDS, SECTION_WORDS, by=by):
        write_section(section, before, by=by)
    return section


def write_section(section: Section, before: Section | None, *, by: User) -> None:
    """Write the changed fields of a section, which is locked (`before`) or new, and queue what shows it.

    For acts that have checked who may. Raises ValidationError.
    """
    changed = write_row(section, before, SECTION_FIELDS, by=by)
    if before is None:
        baking.request_bake(baking.section_pages(section))
    elif changed:
        if "slug" in changed:
            old_paths.record_move(before.get_absolute_url(), section.get_absolute_url())
        baking.request_full_bake()  # its name is in the navigation and on the pages of its articles


def _require_duties(section: Section, before: Section | None, by: User) -> None:
    """Raise PermissionDenied unless the user may change what differs from the stored section, or from a new one."""
    known = before or Section()
    changed = {name for name in SECTION_FIELDS if getattr(section, name) != getattr(known, name)}
    if changed & set(READING_FIELDS) and not permissions.may_change_rules(by):
        raise PermissionDenied(
            _("How texts are read in a section is changed by the security administrator, who works on no texts.")
        )
    if before is None or changed - set(READING_FIELDS) or not (changed or permissions.may_change_rules(by)):
        permissions.require_duty_everywhere(by, Duty.ARRANGE)


@transaction.atomic
def renumber_section(section: Section) -> None:
    """Renumber a section's articles by publication time, after a batch of older ones was published.

    Two passes, since ordinals are unique at every moment; a thousand rows in memory at a time.
    """
    section = Section.objects.select_for_update(of=("self",), no_key=True).get(pk=section.pk)
    listed = Article.objects.filter(listed_in=section)
    listed.update(ordinal=F("ordinal") + section.last_ordinal)
    ordinal = 0
    batch: list[Article] = []
    ordered = listed.order_by("first_published_at", "number").only("number", "ordinal")
    for article in ordered.iterator(chunk_size=1000):
        ordinal += 1
        article.ordinal = ordinal
        batch.append(article)
        if len(batch) == 1000:
            Article.objects.bulk_update(batch, ["ordinal"])
            batch.clear()
    Article.objects.bulk_update(batch, ["ordinal"])
    Section.objects.filter(pk=section.pk).update(last_ordinal=ordinal)
    baking.request_full_bake()  # any article may have new neighbours
