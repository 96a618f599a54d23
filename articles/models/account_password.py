from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountPassword(models.Model):
    """口令: when and how the password of an account was set, and those before it. An account without a row has one from
    before this was kept; its age counts from the account's beginning.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="password_facts",
    )
    set_at = models.DateTimeField(_("set at"))
    # Somebody else knows it: the person chooses their own at the next log-in.
    must_change = models.BooleanField(default=False)
    # False: set with a link from one administrator, who may have used it. Void once the account gets a duty over
    # content.
    is_confirmed = models.BooleanField(default=True)
    # Printed on the log-in page.
    is_demo = models.BooleanField(default=False)
    # The hashes of the last passwords, the newest first.
    former = models.JSONField(default=list)
    # Where links requested by the person are sent; only the person may write it.
    recovery_email = models.EmailField(_("address for forgotten passwords"), blank=True)

    class Meta:
        verbose_name = _("password")
        verbose_name_plural = _("passwords")

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at:%Y-%m-%d}"
