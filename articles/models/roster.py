from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEAVES_EARLY = _("Somebody holds a post until the day on which they took it, or later.")
SHORTEST_WORD, MOST_FORBIDDEN = 2, 20


class RosterEntry(models.Model):
    """人员职务表: who holds which post from which day to which, in what order they are named. Empty when shipped."""

    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=40)
    unit = models.CharField(
        _("unit"), max_length=60, blank=True, help_text=_("As it appears before the post: “霁川县委” before “书记”.")
    )
    post = models.CharField(
        _("post"),
        max_length=60,
        blank=True,
        help_text=_("Empty for somebody whose name must only be known, because it is like another one."),
    )
    since = models.DateField(
        pgettext_lazy("in office", "from"), null=True, blank=True, help_text=_("Empty means always.")
    )
    until = models.DateField(
        pgettext_lazy("in office", "until"), null=True, blank=True, help_text=_("The last day. Empty means still.")
    )
    rank = models.PositiveIntegerField(
        _("place in the order"),
        null=True,
        blank=True,
        help_text=_("Smaller numbers are named first. Empty means that the order is not checked."),
    )
    forbidden = models.TextField(
        _("forbidden forms"),
        max_length=400,
        blank=True,
        help_text=_("One on each line: how name or post must not be written."),
    )
    in_use = models.BooleanField(_("in use"), default=True, help_text=_("Take the mark out if the row is a mistake."))
    # Later than that of every row changed before: the newest one is the version of the roster.
    changed_at = models.DateTimeField(_("last changed"), db_index=True, editable=False)

    class Meta:
        verbose_name = _("entry of the roster")
        verbose_name_plural = _("roster of people and posts")
        ordering = ["rank", "name", "-since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")),
                name="roster_entry_begins_before_it_ends",
                violation_error_message=LEAVES_EARLY,
            ),
            models.UniqueConstraint(
                fields=["name", "unit", "post", "since"], condition=Q(since__isnull=False), name="roster_entry_once"
            ),
            models.UniqueConstraint(
                fields=["name", "unit", "post"], condition=Q(since__isnull=True), name="roster_entry_once_undated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.unit}{self.post}".strip()

    def clean(self) -> None:
        """Refuse words that would be found everywhere, and forbidden forms that are right."""
        super().clean()
        forbidden = self.forbidden.split()
        for field, words in (("name", [self.name]), ("post", [self.post or self.name]), ("forbidden", forbidden)):
            if any(len(word) < SHORTEST_WORD for word in words):
                raise ValidationError({field: _("At least two characters are needed.")})
        if len(forbidden) > MOST_FORBIDDEN:
            raise ValidationError({"forbidden": _("At most %(most)d forms.") % {"most": MOST_FORBIDDEN}})
        if {self.name, self.post, self.unit + self.post} & set(forbidden):
            raise ValidationError({"forbidden": _("A form is right in one column and forbidden in another.")})
