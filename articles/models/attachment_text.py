from django.db import models
from django.utils.translation import gettext_lazy as _

from .attachment import Attachment


class AttachmentText(models.Model):
    """附件文字: the text of an attachment, for the machine's reading. Created once; without a row it was not read.

    `pieces` are [kind of place, name, number, text]: ["row", "名单", 3, "…"], ["page", "", 2, "…"].
    """

    class State(models.TextChoices):
        WHOLE = "whole", _("read")
        PART = "part", _("read in part")
        NONE = "none", _("not read")

    attachment = models.OneToOneField(
        Attachment, verbose_name=_("attachment"), primary_key=True, on_delete=models.CASCADE, related_name="text"
    )
    state = models.CharField(_("state"), max_length=5, choices=State)
    pieces = models.JSONField(_("pieces"), default=list)
    read_at = models.DateTimeField(_("read at"), auto_now_add=True)

    class Meta:
        verbose_name = _("text of an attachment")
        verbose_name_plural = _("texts of attachments")

    def __str__(self) -> str:
        return str(self.attachment_id)
