from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import audit_actions
from .article import Article
from .immutable import Immutable
from .picture import Picture
from .review_sign_off import SignOff
from .revision import Revision
from .section import Section


class Edition(Immutable):
    """版次: one publication of a revision; what readers see. Immutable.

    The revision holds the text. Title, summary and cover are copied here so that lists load no bodies.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("First publication")
        UPDATE = "update", _("Update")
        CORRECTION = "correction", _("Correction")
        ARCHIVE = "archive", _("Migrated from an older archive")

    class Basis(models.TextChoices):
        """On what basis this text is public."""

        SIGNED = "signed", _("Read and signed")
        URGENT = "urgent", _("Urgent: published before its readings")
        BREAK_GLASS = "break_glass", _("Break-glass: published by an administrator without readings")
        ARCHIVE = "archive", _("Migrated from an older archive")

    # The parts of the text that are copied here.
    COPIED_FIELDS = ("kicker", "title", "short_title", "summary")

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(_("number"))
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    basis = models.CharField(_("basis"), max_length=12, choices=Basis, default=Basis.SIGNED)
    sign_off = models.ForeignKey(
        SignOff, verbose_name=_("final sign-off"), null=True, on_delete=models.PROTECT, related_name="editions"
    )
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(_("why"), max_length=400, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    previous_digest = models.CharField(_("digest of the edition before"), max_length=64, blank=True)

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="editions")
    kicker = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=120)
    short_title = models.CharField(max_length=40, blank=True)
    summary = models.TextField(blank=True)
    cover = models.ForeignKey(Picture, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["article", "-number"]
        indexes = [
            models.Index(F("published_at").desc(), name="edition_newest_correction", condition=Q(kind="correction")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="edition_number_is_unique"),
            models.CheckConstraint(
                condition=Q(number=1, previous_digest="") | (Q(number__gt=1) & ~Q(previous_digest="")),
                name="edition_chain_starts_at_one",
            ),
            models.CheckConstraint(condition=Q(number=1) | ~Q(kind="first"), name="edition_first_is_number_one"),
            models.CheckConstraint(condition=~Q(kind="correction") | ~Q(note=""), name="edition_correction_has_a_note"),
            models.CheckConstraint(
                condition=Q(basis="signed", sign_off__isnull=False) | (~Q(basis="signed") & Q(sign_off__isnull=True)),
                name="edition_signed_names_its_sign_off",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} e{self.number}"

    @cached_property
    def picture_texts(self) -> dict[str, str]:
        """What was signed about each picture, by its file, whatever the library says now.

        One query, unless `load_picture_texts` has loaded it.
        """
        self.load_picture_texts([self])
        return self.__dict__["picture_texts"]

    @classmethod
    def load_picture_texts(cls, editions: Iterable["Edition"]) -> None:
        """Load `picture_texts` of all these editions. At most one query, which reads no bodies."""
        rows = list(editions)
        wanted = {edition.revision_id for edition in rows}
        texts = Revision.objects.filter(pk__in=wanted).values_list("pk", "content__pictures") if wanted else ()
        pictures = {key: {picture["file"]: picture["alt"] for picture in found or ()} for key, found in texts}
        for edition in rows:
            edition.__dict__["picture_texts"] = pictures.get(edition.revision_id, {})

    @property
    def printed_note(self) -> str:
        """The note as the desk shows it: that of a migrated edition is a word for where it came from."""
        if self.basis == self.Basis.ARCHIVE and self.note:
            return gettext("imported from %(origin)s") % {"origin": audit_actions.origin_name(self.note)}
        return self.note

    @property
    def list_title(self) -> str:
        """The title for lists: the short one, if any."""
        return self.short_title or self.title
