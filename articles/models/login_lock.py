from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginLock(models.Model):
    """登录锁定: failed log-ins with one name, from one address, or with one name in one known browser."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("account")
        ADDRESS = "address", _("address")
        BROWSER = "browser", _("known browser")

    # SHA-256 of kind and subject: names may have any length, and any capitals.
    key = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    subject = models.CharField(_("name or address"), max_length=150)
    # Since the last lock ended; of a locked address, those it was refused since.
    failures = models.PositiveIntegerField(_("failed log-ins"), default=0)
    locks = models.PositiveSmallIntegerField(_("times locked"), default=0)
    failed_at = models.DateTimeField(_("last failure"))
    locked_until = models.DateTimeField(_("locked until"), null=True)
    forgotten_at = models.DateTimeField()

    class Meta:
        verbose_name = _("log-in lock")
        verbose_name_plural = _("log-in locks")
        indexes = [
            models.Index(fields=["locked_until"], name="login_lock_until"),
            models.Index(fields=["forgotten_at"], name="login_lock_forgotten"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
