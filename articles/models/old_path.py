from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_PATH, LONGEST_TARGET = 500, 200


class OldPath(models.Model):
    """旧址: a former address. Redirects to the target (301); an empty target means that the page is gone (410).

    `path` is the stored spelling of path and significant query (articles/old_paths/spelling.py).
    """

    path = models.CharField(
        _("old path"),
        max_length=LONGEST_PATH,
        unique=True,
        help_text=_(
            "Path and query, for example /show.asp?id=123, or the whole address under a former host. Capitals, the "
            "slash at the end and parameters such as utm_source do not matter."
        ),
    )
    target = models.CharField(
        _("target"),
        max_length=LONGEST_TARGET,
        blank=True,
        help_text=_("Beginning with /; empty means the page is gone for good."),
    )

    class Meta:
        verbose_name = _("old path")
        verbose_name_plural = _("old paths")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(path__startswith="/"), name="old_path_begins_with_a_slash"),
            models.CheckConstraint(
                condition=Q(target="") | (Q(target__startswith="/") & ~Q(target__startswith="//")),
                name="old_path_target_is_on_this_site",
            ),
        ]

    def __str__(self) -> str:
        return self.path
