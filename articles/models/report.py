from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article


class Report(models.Model):
    """纠错: a reader's report of a mistake in an article, to be answered or dismissed."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        DISMISSED = "dismissed", _("Closed without an answer")

    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="reports")
    edition = models.PositiveIntegerField(_("edition the reader saw"))
    text = models.CharField(_("what is wrong"), max_length=500)
    quote = models.CharField(_("where"), max_length=200, blank=True)
    # Personal data: never in the audit; erased by `reporting.forget_contacts` some time after the report was closed.
    # Encrypted (articles/encryption.py).
    contact = models.TextField(_("how to reach the reader"), blank=True)
    # A hash of the IP address with a daily salt; the address itself is not stored.
    sender = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"))
    due_at = models.DateTimeField(_("answer due at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField(_("answer"), max_length=400, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    class Meta:
        verbose_name = _("report of a mistake")
        verbose_name_plural = _("reports of mistakes")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["due_at"], name="report_open", condition=Q(state="open")),
            models.Index(fields=["received_at"], name="report_received"),
            models.Index(fields=["id"], name="report_with_contact", condition=~Q(contact="")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="report_says_something"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="report_closed_has_an_instant",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
