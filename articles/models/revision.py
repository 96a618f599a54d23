import hashlib
import json

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article
from .attachment import Attachment
from .immutable import Immutable
from .picture import Picture


def content_digest(content: dict) -> str:
    """SHA-256, in hex, of everything readers would see, in one canonical JSON spelling."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class Revision(Immutable):
    """修订: the text as it stood at one save. Immutable; its digest is what reviewers sign and publishing compares.

    `content` holds what readers would see, spelled out (names, not keys to rows that may change): see
    `articles.editing.content_of`.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    content = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    stage = models.PositiveSmallIntegerField(
        _("corrected while reading"), default=0, help_text=_("0: written; n: a correction by the reader of reading n.")
    )
    created_at = models.DateTimeField(_("saved at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("saved by"), on_delete=models.PROTECT, related_name="+"
    )
    pictures = models.ManyToManyField(Picture, through="RevisionPicture", related_name="revisions")
    attachments = models.ManyToManyField(Attachment, through="RevisionAttachment", related_name="revisions")

    # Sentences about what saving it took out of the body, for whoever saved it just now; set by editing, kept nowhere.
    removed: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_is_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_numbers_start_at_one"),
        ]

    def __str__(self):
        return f"{self.article_id} r{self.number}"


class RevisionPicture(models.Model):
    """Which pictures a revision shows: what is used is never deleted."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "picture"], name="revision_picture_once")]


class RevisionAttachment(models.Model):
    """Which attachments a revision links to: what is used is never deleted."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "attachment"], name="revision_attachment_once")]
