import secrets
from functools import partial

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BakeJob(models.Model):
    """待烘焙: an address whose file must be made to agree with what the site answers.

    One row for an address, however often it is asked for; the rows are the queue. A row's `version` changes with every
    request, so that whoever baked it meanwhile knows that the file is old before it is put in place.
    """

    # An address no page has, for "all of them": templates, settings or the navigation changed.
    EVERYTHING = "/*"

    path = models.CharField(_("address"), max_length=200, unique=True)
    # Random, not a time: clocks can be set back. A partial of the standard library, so that migrations need none of our code.
    version = models.BigIntegerField(default=partial(secrets.randbelow, 2**62))
    # Asked for by a bake of the whole site, so only its new folder gets it.
    whole = models.BooleanField(_("part of a bake of the whole site"), default=False)
    requested_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    # Only what failed waits; what is asked for is due, whatever the clock says.
    due_at = models.DateTimeField(_("tried again at"), null=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts that failed"), default=0)
    error = models.CharField(_("why it failed"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("page to be baked")
        verbose_name_plural = _("pages to be baked")
        ordering = ["attempts", "pk"]
        indexes = [models.Index(fields=["attempts", "id"], name="bake_job_due", condition=Q(whole=False))]
        constraints = [
            models.CheckConstraint(condition=Q(path__startswith="/"), name="bake_job_path_is_an_address"),
        ]

    def __str__(self):
        return self.path
