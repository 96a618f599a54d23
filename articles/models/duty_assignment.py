from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .section import Section

# A duty and the key of its section; None means all sections.
HeldDuty = tuple[str, int | None]
_HELD = "_held_duties"  # the attribute of a user object; no field of User's


class Assignment(models.Model):
    """分工: a duty of one user in one section and the sections below it, or in all of them."""

    class Duty(models.TextChoices):
        WRITE = "write", _("Write and edit")
        READ = "read", _("Read the drafts of others")
        FIRST = "first", _("First reading")
        SECOND = "second", _("Second reading")
        THIRD = "third", _("Third reading")
        FOURTH = "fourth", _("Fourth reading")
        FINAL = "final", _("Final reading")
        PUBLISH = "publish", _("Publish and schedule")
        WITHDRAW = "withdraw", _("Withdraw and put back")
        URGENT = "urgent", _("Publish urgent news before its readings")
        ARRANGE = "arrange", _("Arrange sections, sources and site settings")
        RULES = "rules", _("Write rules for the machine's reading")
        ROSTER = "roster", _("Keep the roster of people and posts")
        ACCOUNTS = "accounts", _("Open and close accounts")
        GRANT = "grant", _("Assign duties")
        AUDIT = "audit", _("Read the audit")

    # Duties about the whole newsroom; holding them in one section would mean nothing.
    SITE_WIDE = (Duty.ACCOUNTS, Duty.GRANT, Duty.AUDIT)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.CASCADE, related_name="assignments"
    )
    section = models.ForeignKey(
        Section,
        verbose_name=_("section"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignments",
        help_text=_("Empty means every section."),
    )
    duty = models.CharField(_("duty"), max_length=20, choices=Duty, default=Duty.WRITE)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["user", "duty", "section"]
        constraints = [
            models.CheckConstraint(
                condition=Q(section__isnull=True) | ~Q(duty__in=["accounts", "grant", "audit"]),
                name="assignment_site_wide_has_no_section",
            ),
            models.UniqueConstraint(
                fields=["user", "duty", "section"],
                condition=Q(section__isnull=False),
                name="assignment_once_per_section",
            ),
            models.UniqueConstraint(
                fields=["user", "duty"], condition=Q(section__isnull=True), name="assignment_once_for_all_sections"
            ),
        ]

    def __str__(self) -> str:
        where = self.section or gettext("all sections")
        return f"{self.user} · {self.get_duty_display()} · {where}"

    @classmethod
    def held_by(cls, user: User) -> list[HeldDuty]:
        """The duties of the user, as they were when first read from this user object.

        Cached on the user object, as Django caches its own permissions: every request loads its user again.
        """
        if not hasattr(user, _HELD):
            setattr(user, _HELD, list(cls.objects.filter(user=user).values_list("duty", "section")))
        return cls.known_of(user)

    @staticmethod
    def known_of(user: User) -> list[HeldDuty]:
        """What `held_by` has returned for this user object; nothing before it was asked."""
        held: list[HeldDuty] = getattr(user, _HELD, [])
        return held

    @staticmethod
    def forget(user: User) -> None:
        """Let `held_by` ask the database again."""
        if hasattr(user, _HELD):
            delattr(user, _HELD)
