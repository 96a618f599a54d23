from django.db import models
from django.utils.translation import gettext_lazy as _

from .duty_assignment import Assignment


class AddressLimit(models.Model):
    """终端限制: the networks from which the desk is open to the accounts with one duty, or to all accounts.

    An account must be in the networks of every row that concerns it; without a row it works from everywhere.
    """

    EVERYBODY, ADMINISTRATORS = "everybody", "superuser"
    WHO = [
        (EVERYBODY, _("All accounts")),
        (ADMINISTRATORS, _("Administrators of everything (superusers)")),
        *Assignment.Duty.choices,
    ]

    who = models.CharField(_("accounts with the duty"), max_length=20, choices=WHO, unique=True)
    networks = models.TextField(
        _("networks"),
        max_length=4000,
        help_text=_("One a line: 192.0.2.0/24, 2001:db8::/32, or a single address. Leave the others out."),
    )

    class Meta:
        verbose_name = _("limit of addresses")
        verbose_name_plural = _("limits of addresses")
        ordering = ["who"]

    def __str__(self) -> str:
        return str(self.get_who_display())
