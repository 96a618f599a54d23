import posixpath

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """附件: a document that readers can download, or a film they can watch, identified by the hash of its bytes."""

    file = models.FileField(_("file"), upload_to="attachments")
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=200, help_text=_("What readers see and save it as."))
    size = models.PositiveBigIntegerField(_("size"), editable=False, help_text=_("In bytes."))
    # Set for films only.
    width = models.PositiveSmallIntegerField(_("width"), null=True, editable=False, help_text=_("In pixels."))
    height = models.PositiveSmallIntegerField(_("height"), null=True, editable=False, help_text=_("In pixels."))
    seconds = models.PositiveIntegerField(_("length"), null=True, editable=False, help_text=_("In seconds."))
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="attachment_is_not_empty")]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return self.file.url

    @property
    def kind(self) -> str:
        """The file extension in capitals: PDF, DOCX, XLSX …"""
        return posixpath.splitext(self.file.name)[1].lstrip(".").upper()
