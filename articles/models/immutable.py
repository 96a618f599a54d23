"""Rows that are written once: revisions, editions, audit entries (law 7)."""

from django.db import models


class Unchangeable(TypeError):
    """Raised when code tries to change or delete a row that is written once."""


class ImmutableQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise Unchangeable(f"{self.model.__name__} rows are written once and cannot be updated")

    def delete(self):
        raise Unchangeable(f"{self.model.__name__} rows are written once and cannot be deleted")


class Immutable(models.Model):
    objects = ImmutableQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Unchangeable(f"{type(self).__name__} {self.pk} is written once and cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Unchangeable(f"{type(self).__name__} {self.pk} is written once and cannot be deleted")
