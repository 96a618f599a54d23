"""Rows that are written once: revisions, editions, sign-offs and audit entries (law 7)."""

from typing import Any, NoReturn, TypeVar

from django.db import models

ImmutableRow = TypeVar("ImmutableRow", bound=models.Model)


class Unchangeable(TypeError):
    """Raised when code tries to change or delete a row that is written once."""


class ImmutableQuerySet(models.QuerySet[ImmutableRow]):
    """Refuses bulk updates and deletes."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise Unchangeable(f"{self.model.__name__} rows are written once and cannot be updated")

    def delete(self) -> NoReturn:
        raise Unchangeable(f"{self.model.__name__} rows are written once and cannot be deleted")


class Immutable(models.Model):
    """Base of models whose rows can be inserted, but not updated or deleted."""

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise Unchangeable(f"{type(self).__name__} {self.pk} is written once and cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable(f"{type(self).__name__} {self.pk} is written once and cannot be deleted")
