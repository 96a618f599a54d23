import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article
from .attachment import Attachment
from .immutable import Immutable
from .picture import Picture

# The version of `Revision.content`. Version 1, which has no such key, also covered the pin and the expiry, and named
# sources and people without their keys. The digest covers the stored content, so both versions verify. Rare facts
# (the use of AI, the label of a film) have a key only if present, so texts without them keep their digests.
CONTENT_VERSION = 2


def text_of_content(content: dict[str, Any]) -> dict[str, Any]:
    """Return the text in the content of any version: equal for equal texts, regardless of the keys of their rows."""
    source = content["source"]
    return {
        **{name: value for name, value in content.items() if name not in ("version", "expires_at", "pinned_until")},
        "source": _without_key(source) if source else None,
        "credits": [_without_key(credit) for credit in content["credits"]],
    }


def _without_key(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "key"}


def content_digest(content: dict[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the content as canonical JSON."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def files_of_content(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the storage names of the files that a revision's content uses, each with the name under which readers save
    it, which is "" for pictures. Renditions are left out.
    """
    pictures = [*content["pictures"], *([content["cover"]] if content["cover"] else [])]
    return {picture["file"]: "" for picture in pictures} | {a["file"]: a["name"] for a in content["attachments"]}


class Revision(Immutable):
    """修订: the content of an article at one save. Immutable; reviewers sign its digest, and publishing compares it.

    `content` holds the text that readers would see, with the names of rows that may be renamed: see
    `articles.editing.revision_content`. The placing of the article is not part of it.
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
    pictures: "models.ManyToManyField[Picture, RevisionPicture]" = models.ManyToManyField(
        Picture, through="RevisionPicture", related_name="revisions"
    )
    attachments: "models.ManyToManyField[Attachment, RevisionAttachment]" = models.ManyToManyField(
        Attachment, through="RevisionAttachment", related_name="revisions"
    )

    # Messages for the editor: what the sanitiser removed from the body, what restoring did not find; not saved.
    removed: tuple[str, ...] = ()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_is_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_numbers_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} r{self.number}"


class RevisionPicture(models.Model):
    """A picture that a revision shows. PROTECT keeps used pictures from being deleted."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "picture"], name="revision_picture_once")]


class RevisionAttachment(models.Model):
    """An attachment that a revision links to. PROTECT keeps used attachments from being deleted."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "attachment"], name="revision_attachment_once")]
