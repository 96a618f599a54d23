from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeskSession(AbstractBaseSession):
    """登录会话: Django's session, and whose it is, since when and from where."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        on_delete=models.CASCADE,
        related_name="desk_sessions",
    )
    started_at = models.DateTimeField(_("since"), null=True)
    seen_at = models.DateTimeField(_("seen at"), null=True)
    address = models.GenericIPAddressField(_("from"), null=True)
    browser = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
