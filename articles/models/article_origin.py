from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Where a text comes from."""

    OWN = "own", _("Own reporting")
    CONTRIBUTED = "contributed", _("From a correspondent")
    DEPARTMENT = "department", _("From a department")
    REPRINT = "reprint", _("Reprint")
    COMPILED = "compiled", _("Compiled from several sources")
