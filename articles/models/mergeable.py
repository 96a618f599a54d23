from django.db import models
from django.db.models import Q


class Mergeable(models.Model):
    """Somebody or something with a name that may have been entered twice.

    A merged double stays as a row with the name that older editions print, whose page leads to the other
    one. Editors choose from rows without `merged_into`, which each model defines with its own type.
    """

    # Equal for names that are probably one: articles/merging.py.
    alike = models.CharField(max_length=80, blank=True, editable=False)
    # True while working copies may still name the double; the worker moves them.
    moving = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index("alike", "id", name="%(class)s_alike", condition=Q(merged_into=None)),
            models.Index("id", name="%(class)s_moving", condition=Q(moving=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("id")), name="%(class)s_is_not_its_own_double"
            )
        ]
