import posixpath

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .library_file import LibraryFile


class Attachment(LibraryFile):
    """附件: a document that readers can download, or a film they can watch.

    Each uploader has a separate row for the same bytes, with their own name for it and a random file name: nobody
    learns from an upload whether the desk has the document already.
    """

    file = models.FileField(_("file"), upload_to="attachments")
    sha256 = models.CharField(max_length=64, editable=False)
    name = models.CharField(_("file name"), max_length=200, help_text=_("What readers see and save it as."))
    size = models.PositiveBigIntegerField(_("size"), editable=False, help_text=_("In bytes."))
    # Set for films only.
    width = models.PositiveSmallIntegerField(_("width"), null=True, editable=False, help_text=_("In pixels."))
    height = models.PositiveSmallIntegerField(_("height"), null=True, editable=False, help_text=_("In pixels."))
    seconds = models.PositiveIntegerField(_("length"), null=True, editable=False, help_text=_("In seconds."))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["file"], name="attachment_file")]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_is_not_empty"),
            models.UniqueConstraint(fields=["sha256", "uploaded_by", "name"], name="attachment_once_for_each_uploader"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return self.file.url

    @property
    def stored_names(self) -> list[str]:
        """The storage name of the file, as a list, as for a picture, which has several files."""
        return [self.file.name]

    @property
    def kind(self) -> str:
        """The file extension in capitals: PDF, DOCX, XLSX …"""
        return posixpath.splitext(self.file.name)[1].lstrip(".").upper()
