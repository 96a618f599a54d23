"""The indexes of the table of articles, and what the database refuses to store in it."""

from django.db import models
from django.db.models import F, Q

ARTICLE_INDEXES = [
    models.Index(
        F("first_published_at").desc(),
        F("number").desc(),
        name="article_newest_public",
        condition=Q(live__isnull=False),
    ),
    models.Index(fields=["title"], name="article_title"),
    models.Index(
        fields=["pinned_until"],
        name="article_pinned",
        condition=Q(live__isnull=False, pinned_until__isnull=False),
    ),
    models.Index(fields=["discarded_at"], name="article_in_bin", condition=Q(discarded_at__isnull=False)),
    models.Index(
        fields=["expires_at"],
        name="article_expiring",
        condition=Q(live__isnull=False, expires_at__isnull=False),
    ),
    models.Index(fields=["section", "stage", "submitted_at"], name="article_waiting", condition=Q(stage__gt=0)),
    models.Index(fields=["scheduled_for"], name="article_due", condition=Q(scheduled_for__isnull=False)),
    models.Index(fields=["number"], name="article_not_on_time", condition=~Q(schedule_problem="")),
    models.Index(fields=["section", "title"], name="article_template", condition=Q(is_template=True)),
    models.Index(fields=["readings_due_at"], name="article_late", condition=Q(readings_due_at__isnull=False)),
]
# Unique where they are set: PostgreSQL counts the columns of an index without a condition as a key of the row, and lets
# no foreign key refer to the row while such a column changes (docs/decisions/lock_ordering.md).
ARTICLE_CONSTRAINTS = [
    models.UniqueConstraint(fields=["live"], name="article_live_is_unique", condition=Q(live__isnull=False)),
    models.UniqueConstraint(
        fields=["listed_in", "ordinal"],
        name="article_place_in_section_is_unique",
        condition=Q(listed_in__isnull=False),
    ),
    models.UniqueConstraint(
        fields=["import_digest"], name="article_is_imported_once", condition=Q(import_digest__isnull=False)
    ),
    models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
    models.CheckConstraint(
        condition=Q(live__isnull=True)
        | Q(
            first_published_at__isnull=False,
            listed_in__isnull=False,
            ordinal__isnull=False,
            latest__isnull=False,
        ),
        name="article_public_is_listed_and_dated",
    ),
    models.CheckConstraint(
        condition=Q(live__isnull=True) | Q(withdrawn_at__isnull=True), name="article_withdrawn_is_not_public"
    ),
    models.CheckConstraint(
        condition=Q(withdrawn_at__isnull=True) | Q(first_published_at__isnull=False),
        name="article_withdrawn_was_public",
    ),
    models.CheckConstraint(
        condition=Q(stage=0, submitted_at__isnull=True, signed__isnull=True, on_hold=False, handed_to__isnull=True)
        | Q(stage=1, stages__gte=1, submitted_at__isnull=False, signed__isnull=True)
        | Q(stage__gt=1, stage__lte=F("stages") + 1, submitted_at__isnull=False, signed__isnull=False),
        name="article_review_is_in_order",
    ),
    models.CheckConstraint(
        condition=Q(scheduled_for__isnull=True) | Q(scheduled_by__isnull=False, stage=F("stages") + 1),
        name="article_scheduled_is_read_by_all",
    ),
    models.CheckConstraint(
        condition=Q(first_published_at__isnull=True) | Q(migrated=True) | Q(first_published_at__gte=F("created_at")),
        name="article_clock_is_honest",
    ),
    models.CheckConstraint(
        condition=Q(discarded_at__isnull=True, discarded_by__isnull=True)
        | Q(discarded_at__isnull=False, discarded_by__isnull=False, first_published_at__isnull=True, stage=0),
        name="article_in_bin_is_a_draft",
    ),
]
