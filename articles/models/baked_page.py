from django.db import models
from django.utils.translation import gettext_lazy as _


class BakedPage(models.Model):
    """已烘焙: what a file must say, by the SHA-256 of its bytes; written in the step that puts the file in place.

    The rows are the manifest of the served folder: a file that is not in it, or says something else, was written by
    somebody else (页面篡改).
    """

    generation = models.CharField(_("folder"), max_length=32)
    path = models.CharField(_("address"), max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("baked page")
        verbose_name_plural = _("baked pages")
        ordering = ["generation", "path"]
        constraints = [models.UniqueConstraint(fields=["generation", "path"], name="baked_page_is_one_file")]

    def __str__(self):
        return self.path
