from django.db import models


class HubNotice(models.Model):
    """What the hub (WebSub) was told of a feed last, and when it is tried again where that failed."""

    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the file; '' before the first time
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.path
