import secrets
from functools import partial

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BakeJob(models.Model):
    """待烘焙: an address whose file must be rendered again; the rows are the bake queue.

    One row per address, however often it is requested. Every request changes the row's `version`, so a worker that
    rendered the page in the meantime notices that its result is outdated before it replaces the file.
    """

    # Stands for every page: templates, settings or the navigation changed. No page has this address.
    EVERYTHING = "/*"

    path = models.CharField(_("address"), max_length=200, unique=True)
    # Random, not a time: clocks can be set back. A partial, so that migrations import nothing of ours.
    version = models.BigIntegerField(default=partial(secrets.randbelow, 2**62))
    # Queued by a bake of the whole site: the file is written only to the new generation.
    whole = models.BooleanField(_("part of a bake of the whole site"), default=False)
    requested_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    # Set only after a failure; a new job is due at once, whatever the clock says.
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

    def __str__(self) -> str:
        return self.path
