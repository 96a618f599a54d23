from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .picture import Picture

MOST_RECIPIENTS = 20


class SiteSettings(models.Model):
    """站点设置: the one row of site settings: names, and legal details for the footer. Empty items are not printed."""

    name = models.CharField(_("site name"), max_length=40, default="Newsroom")
    slogan = models.CharField(_("line below the name"), max_length=80, blank=True)
    description = models.CharField(_("description of the site"), max_length=200, blank=True)
    keywords = models.CharField(_("keywords"), max_length=200, blank=True, help_text=_("Separated by commas."))
    logo = models.ForeignKey(
        Picture,
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Square. Also appears in the middle of large QR codes."),
    )

    class CorrectionsAt(models.TextChoices):
        TOP = "top", _("Above the text")
        FOOT = "foot", _("Below the text")

    class HomeLayout(models.TextChoices):
        LEAD = "lead", _("One large story, the others next to it")
        COLUMNS = "columns", _("Three columns, as in a newspaper")

    home_layout = models.CharField(_("home page"), max_length=8, choices=HomeLayout, default=HomeLayout.LEAD)
    corrections_at = models.CharField(
        _("correction notes stand"), max_length=4, choices=CorrectionsAt, default=CorrectionsAt.TOP
    )
    opens_new_windows = models.BooleanField(
        _("links to other sites open a new window"), default=False, help_text=_("Otherwise the window that is read in.")
    )
    full_feeds = models.BooleanField(
        _("feeds hold the whole text"), default=False, help_text=_("Otherwise the summary, with a link to the article.")
    )
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it like #9d2b22."))],
        help_text=_("Like #9d2b22; empty for the usual red. By night a lighter one is made of it."),
    )

    class Grey(models.TextChoices):
        """Which pages are shown in grey on a day of mourning."""

        OFF = "off", _("Nowhere")
        HOME = "home", _("On the home page")
        ALL = "all", _("On every page")

    grey = models.CharField(_("mourning grey"), max_length=4, choices=Grey, default=Grey.OFF)
    grey_from = models.DateTimeField(_("grey from"), null=True, blank=True, help_text=_("Empty: at once."))
    grey_until = models.DateTimeField(
        _("grey until"), null=True, blank=True, help_text=_("Empty: until somebody ends it.")
    )

    words_are_confirmed = models.BooleanField(
        _("a second person confirms unsigned words for readers"),
        default=False,
        help_text=_(
            "Own titles and pictures on the home page and topics, titles and introductions of topics, names of "
            "sections, names and addresses of sources, the site's name, description and footer: readers see them once "
            "somebody else who arranges has confirmed them."
        ),
    )

    sponsor = models.CharField(_("sponsor"), max_length=80, blank=True)
    operator = models.CharField(_("operator"), max_length=80, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("postal address"), max_length=120, blank=True)
    icp = models.CharField(_("ICP filing number"), max_length=40, blank=True)
    police = models.CharField(_("public security filing number"), max_length=40, blank=True)
    site_code = models.CharField(_("government site code"), max_length=20, blank=True)
    conac = models.CharField(_("party and government site mark code"), max_length=64, blank=True)
    find_error_url = models.URLField(_("“find an error” address"), blank=True)
    licence = models.CharField(_("internet news licence number"), max_length=40, blank=True)
    report_phone = models.CharField(_("telephone for reports"), max_length=40, blank=True)
    report_email = models.EmailField(_("e-mail for reports"), blank=True)
    checkpoint_recipients = models.TextField(
        _("who gets the state of the public log every day"),
        blank=True,
        help_text=_(
            "E-mail addresses outside this house, one a line: an archive, a notary, a colleague elsewhere. Whoever "
            "keeps such a mail can show later that nothing was rewritten."
        ),
    )
    # Changed by the security administrator alone. Values of Assignment.Duty.
    factor_duties = models.JSONField(_("duties that demand a second factor"), default=list, blank=True)

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="site_settings_is_one_row"),
            models.CheckConstraint(condition=~Q(name=""), name="site_settings_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError unless the recipients are e-mail addresses, one a line, at most MOST_RECIPIENTS."""
        addresses = self.checkpoint_recipients.split()
        if len(addresses) > MOST_RECIPIENTS:
            text = _("At most %(most)d addresses; take some out.") % {"most": MOST_RECIPIENTS}
            raise ValidationError({"checkpoint_recipients": text})
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                text = _("“%(address)s” is not an e-mail address; write one per line.") % {"address": address}
                raise ValidationError({"checkpoint_recipients": text}) from error

    def is_grey(self, where: "SiteSettings.Grey") -> bool:
        """Return True if mourning grey applies now to the home page (`Grey.HOME`) or to every page (`Grey.ALL`)."""
        now = timezone.now()
        begun = self.grey_from is None or self.grey_from <= now
        over = self.grey_until is not None and self.grey_until <= now
        return begun and not over and self.grey in (where, self.Grey.ALL)

    @classmethod
    def current(cls) -> "SiteSettings":
        """Return the settings row, or an unsaved one with defaults if there is none. One query."""
        return cls.objects.select_related("logo").filter(pk=1).first() or cls(pk=1)
