from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .article import Article
from .immutable import Immutable
from .published_edition import Edition
from .revision import Revision


class ChangeSet(models.Model):
    """批量修改: the same change of many public articles, which its readers read once and the worker then publishes.

    Each article becomes an edition by the ordinary acts; the set is how they are proposed, read and carried out.
    """

    class Kind(models.TextChoices):
        WORDS = "words", _("Words replaced")
        LINKS = "links", _("Links taken out")
        FINDINGS = "findings", _("What a check-up found, put right")

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        READ = "read", _("Read by all, not carried out")
        RUNNING = "running", _("Being carried out")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Carried out")
        ENDED = "ended", _("Rejected or taken back")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    about = models.CharField(_("what is changed"), max_length=200)
    reason = models.CharField(_("reason"), max_length=400)
    note = models.CharField(_("note to readers"), max_length=400)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.READING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("carried out by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    end_reason = models.CharField(_("why it was rejected"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        ordering = ["-pk"]
        indexes = [
            models.Index("state", name="change_set_is_open", condition=~Q(state__in=["done", "ended"])),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.about}"


class ChangeSetItem(models.Model):
    """One article of a change set: the whole content that it would have, and the digest that its readers sign.

    `stage` is the reading it waits for, as in `Article.stage`.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Not carried out")
        DONE = "done", _("Published")
        REFUSED = "refused", _("Refused")

    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="items")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    base = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    is_ticked = models.BooleanField(default=True)
    stage = models.PositiveSmallIntegerField(default=1)
    stages = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    problem = models.TextField(blank=True)
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("article of a change set")
        verbose_name_plural = _("articles of change sets")
        ordering = ["pk"]
        indexes = [models.Index("article", name="change_set_item_is_open", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["change_set", "article"], name="change_set_has_an_article_once"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(problem=""), name="refused_item_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.change_set_id}: {self.article_id}"


class ChangeSetReading(Immutable):
    """One reader's signature under one text of a change set. Carrying out makes the article's sign-off of it."""

    item = models.ForeignKey(ChangeSetItem, on_delete=models.PROTECT, related_name="readings")
    stage = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=400)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = _("reading of a change set")
        verbose_name_plural = _("readings of change sets")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["item", "stage"], name="change_set_reading_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.stage}"
