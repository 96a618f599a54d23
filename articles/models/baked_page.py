from django.db import models
from django.utils.translation import gettext_lazy as _


class BakedPage(models.Model):
    """已烘焙: the SHA-256 of a baked file, written in the step that puts the file in place.

    The rows are the manifest of the served folder. A file that is missing from it or has another hash was not written
    by this system (页面篡改).
    """

    generation = models.CharField(_("folder"), max_length=32)
    path = models.CharField(_("address"), max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("baked page")
        verbose_name_plural = _("baked pages")
        ordering = ["generation", "path"]
        constraints = [models.UniqueConstraint(fields=["generation", "path"], name="baked_page_is_one_file")]

    def __str__(self) -> str:
        return self.path
