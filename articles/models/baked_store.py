from django.db import models
from django.utils.translation import gettext_lazy as _


class KnownStore(models.Model):
    """烘焙目录: the identity of the one store that holds this database's pages; its file `.store` contains the same."""

    identity = models.CharField(_("identity"), max_length=32)

    class Meta:
        verbose_name = _("store of baked pages")
        verbose_name_plural = _("stores of baked pages")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="known_store_is_one")]

    def __str__(self) -> str:
        return self.identity
