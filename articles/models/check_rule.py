from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .section import Section

LONGEST_NAME, LONGEST_PATTERN, LONGEST_PROPOSAL = 40, 4000, 200
ENDS_EARLY = _("A rule ends on or after the day on which it begins.")


class Severity(models.TextChoices):
    """How much a hit weighs: `block` must be set aside by a reader before the text can be published; `info` may well be
    right, is shown to those who read the text, and is not part of their sign-offs.
    """

    BLOCK = "block", _("must be settled")
    WARN = "warn", _("to be checked")
    INFO = "info", _("for information")


class CheckRule(models.Model):
    """审校规则: what a newsroom has its texts read for. Only live rules are applied to texts."""

    class Subject(models.TextChoices):
        NAMES = "names", _("Names of institutions and regions")
        WORDING = "wording", _("Wrong characters and words")
        ADVERTISING = "advertising", _("Words that advertising law forbids")
        NUMERALS = "numerals", _("Numerals")
        UNITS = "units", _("Units")
        PUNCTUATION = "punctuation", _("Punctuation")
        RESPECT = "respect", _("Words that hurt people")
        HOUSE = "house", _("Style of the house")

    class Kind(models.TextChoices):
        WORDS = "words", _("Words to find")
        TEMPLATE = "template", _("Template")
        EXPRESSION = "expression", _("Regular expression")

    class State(models.TextChoices):
        DRAFT = "draft", _("Being written")
        TRYING = "trying", _("On trial")
        LIVE = "live", _("In use")
        RETIRED = "retired", _("Out of use")

    name = models.CharField(
        _("name"), max_length=LONGEST_NAME, unique=True, help_text=_("Readers of a text see it next to the hits.")
    )
    subject = models.CharField(_("class"), max_length=20, choices=Subject, default=Subject.WORDING)
    kind = models.CharField(_("kind of pattern"), max_length=20, choices=Kind, default=Kind.WORDS)
    pattern = models.TextField(
        _("pattern"),
        max_length=LONGEST_PATTERN,
        help_text=_(
            "Words: one on each line. Template: words with {数} for a number, {字} for one character and {…} for up to "
            "ten within a sentence. Regular expression: in RE2's syntax."
        ),
    )
    allowed = models.TextField(
        _("allowed longer words"),
        max_length=LONGEST_PATTERN,
        blank=True,
        help_text=_("One on each line: the rule finds nothing inside them (“来华” inside “未来华章”)."),
    )
    advice = models.CharField(_("what is wrong, and what to do"), max_length=200)
    suggestion = models.CharField(
        _("right words"), max_length=80, blank=True, help_text=_("What the words found should be, if that is certain.")
    )
    severity = models.CharField(_("weight"), max_length=10, choices=Severity, default=Severity.WARN)
    sections = models.ManyToManyField(
        Section,
        verbose_name=_("sections"),
        blank=True,
        related_name="+",
        help_text=_("And those below them. None means every section."),
    )
    owner = models.CharField(
        _("maintained by"), max_length=40, blank=True, help_text=_("Empty means the user who adds it.")
    )
    source = models.CharField(
        _("where it comes from"),
        max_length=120,
        blank=True,
        help_text=_("The law, standard or decision, with its date."),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True, help_text=_("The last day."))
    # Of a rule that somebody proposed who may not write rules.
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("a rule", "proposed by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    proposal = models.CharField(_("why it is proposed"), max_length=LONGEST_PROPOSAL, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    # Later than that of every rule changed before: the newest one is the version of all rules.
    changed_at = models.DateTimeField(_("last changed"), db_index=True, editable=False)

    class Meta:
        verbose_name = _("rule of the machine")
        verbose_name_plural = _("rules of the machine")
        ordering = ["name"]
        indexes = [models.Index("id", name="check_rule_is_live", condition=Q(state="live"))]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(pattern=""), name="check_rule_has_name_and_pattern"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lte=F("valid_until")),
                name="check_rule_begins_before_it_ends",
                violation_error_message=ENDS_EARLY,
            ),
        ]

    def __str__(self) -> str:
        return self.name
