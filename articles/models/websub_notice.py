from django.db import models


class HubNotice(models.Model):
    """The last version of a feed that the WebSub hub was notified of, and when to retry after a failure."""

    path = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the feed's file; '' before the first notification
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.path
