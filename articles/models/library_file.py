from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LibraryFile(models.Model):
    """What pictures and attachments have in common: how the file says it was made, and who uploaded it."""

    ai_label = models.TextField(
        _("AI label"), blank=True, editable=False, help_text=_("The label of AI-made content found in the file.")
    )
    content_credentials = models.CharField(
        _("content credentials"),
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("The program that wrote the file's C2PA manifest, which does not say whether AI made the file."),
    )
    # Set when its files were in the public store; then their addresses answer 410 and not 404 once nothing uses them.
    was_public = models.BooleanField(default=False, editable=False)
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("uploaded by"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
