from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .article import Article
from .duty_assignment import Assignment
from .immutable import Immutable
from .revision import Revision


class SignOff(Immutable):
    """签审: one decision of one person at one stage about one revision's digest. Immutable.

    A pass refers to the previous pass, so the newest one is the head of a chain of who read which text. The chain that
    counts for an article is the one headed by `Article.signed`; all other decisions are history.
    """

    class Decision(models.TextChoices):
        SUBMIT = "submit", _("Submitted")
        PASS = "pass", _("Signed off")
        BACK = "back", _("Sent back")
        HOLD = "hold", _("Put on hold")
        REJECT = "reject", _("Rejected")
        HAND_ON = "hand_on", _("Handed on")
        VOID = "void", _("Sign-offs voided by an edit")
        REREAD = "reread", _("Corrected, to be read again")
        RECALL = "recall", _("Submission taken back")

    # Decisions that require a reason.
    REASONED = (Decision.BACK, Decision.HOLD, Decision.REJECT, Decision.HAND_ON)

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="sign_offs")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="sign_offs")
    digest = models.CharField(_("digest"), max_length=64)
    stage = models.PositiveSmallIntegerField(_("reading"))
    stages = models.PositiveSmallIntegerField(_("readings needed"))
    decision = models.CharField(_("decision"), max_length=8, choices=Decision)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    person_name = models.CharField(_("name at the time"), max_length=160)
    role = models.CharField(_("in the role of"), max_length=20)
    at = models.DateTimeField(_("at"))
    address = models.GenericIPAddressField(_("from"), null=True)
    opinion = models.CharField(_("opinion"), max_length=400, blank=True)
    # Part of the signed text; null: from before notes were signed.
    note = models.CharField(_("note to readers"), max_length=400, null=True)
    warnings = models.JSONField(_("warnings open at that moment"), default=list)
    # What the machine had read then (articles/checks/hits.py); {} if that was not recorded.
    checked = models.JSONField(_("read by the machine"), default=dict)
    # Where it was read as part of a change set: {"change_set": its key, "read_at": ISO 8601}; else {}.
    read_in_set = models.JSONField(_("read in a change set"), default=dict)
    same_person = models.BooleanField(_("by a person who had signed or written it"), default=False)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="next")
    to_stage = models.PositiveSmallIntegerField(_("sent back to"), null=True)
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("handed on to"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("sign-off")
        verbose_name_plural = _("sign-offs")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="pass")
                | Q(stage=1, previous__isnull=True)
                | Q(stage__gt=1, stage__lte=F("stages"), previous__isnull=False),
                name="sign_off_builds_on_the_one_before",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["back", "hold", "reject", "hand_on"]) | ~Q(opinion=""),
                name="sign_off_gives_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} {self.stage}/{self.stages} {self.decision} {self.person_name}"

    @property
    def role_name(self) -> str:
        """The display name of the duty that allowed the decision."""
        return str(Assignment.Duty(self.role).label)

    @property
    def is_final(self) -> bool:
        """Return True if this is the pass of the final reading."""
        return self.decision == self.Decision.PASS and self.stage == self.stages

    def chain(self) -> list["SignOff"]:
        """Return the passes up to this one, first reading first; at most five. One query for each."""
        links: list[SignOff] = []
        link: SignOff | None = self
        while link:
            links.append(link)
            link = link.previous
        return links[::-1]
