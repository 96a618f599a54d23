from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article


class MarginalNote(models.Model):
    """批注: a remark on a passage of an article, or a suggestion (修订) of other words for it, or an answer to either.

    No part of the text or its digest. The passage is found by its words and their surroundings, as W3C's
    TextQuoteSelector describes it, in whatever the text is by then.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        TAKEN = "taken", _("taken")
        DECLINED = "declined", _("declined")

    article = models.ForeignKey(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="marginal_notes", editable=False
    )
    revision = models.PositiveIntegerField(_("revision"))  # the number of the one that was read
    answers = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    quote = models.CharField(_("quoted words"), max_length=400, blank=True)
    prefix = models.CharField(max_length=32, blank=True)
    suffix = models.CharField(max_length=32, blank=True)
    text = models.CharField(_("note"), max_length=1000, blank=True)
    replacement = models.CharField(_("suggested words"), max_length=400, null=True)  # null: not a suggestion
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    mentioned = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    class Meta:
        verbose_name = _("marginal note")
        verbose_name_plural = _("marginal notes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answers__isnull=True) | Q(quote="", replacement__isnull=True), name="answer_quotes_nothing"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="closed_note_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} “{self.quote[:20]}” {self.text[:40]}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN
