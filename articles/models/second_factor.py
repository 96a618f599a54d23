from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Factor(models.Model):
    """第二因素: proof of identity in addition to the password: an app that shows codes (TOTP), or a passkey
    (WebAuthn).
    """

    class Kind(models.TextChoices):
        TOTP = "totp", _("Codes of an app")
        PASSKEY = "passkey", _("Passkey")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # Of an app: its secret, encrypted, and the number of the half minute whose code was used last.
    secret = models.TextField(blank=True)
    last_step = models.BigIntegerField(default=0)
    # Of a passkey, in base64url: its identity and its public key; its counter; the host that it is bound to.
    credential = models.CharField(max_length=1400, null=True, unique=True)
    public_key = models.TextField(blank=True)
    sign_count = models.BigIntegerField(default=0)
    host = models.CharField(max_length=253, blank=True)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind="totp"), name="factor_one_app"),
            models.CheckConstraint(
                condition=Q(kind="totp", credential__isnull=True) & ~Q(secret="")
                | Q(kind="passkey", credential__isnull=False, secret=""),
                name="factor_is_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """A code on paper that replaces a second factor once; only its hash is stored."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class FactorReset(models.Model):
    """The removal of a lost second factor, which one colleague requests and another one confirms."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="factor_resets")
    reason = models.CharField(_("reason"), max_length=400)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["account", "confirmed_at"], name="factor_reset_of_account")]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(confirmed_at__isnull=True), name="factor_reset_open_once"
            ),
            models.CheckConstraint(
                condition=~Q(opened_by=F("account"))
                & (Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("account")) & ~Q(confirmed_by=F("opened_by"))),
                name="factor_reset_by_two_others",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="factor_reset_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.account)
