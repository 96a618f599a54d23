from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .article import Article
from .expiry import has_expired
from .picture import Picture
from .section import Section

MOST_LINES = 12


class TopicQuerySet(models.QuerySet["Topic"]):
    def public(self) -> "TopicQuerySet":
        """The topics that readers see: open ones first, then archived ones."""
        return self.exclude(state=Topic.State.DRAFT).order_by("state", "position", "-pk")


class Topic(models.Model):
    """专题: a curated page of articles on one subject."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        OPEN = "0open", _("Open to readers")
        ARCHIVED = "archived", _("Archived")

    title = models.CharField(_("title"), max_length=60)
    slug = models.SlugField(
        _("address name"),
        max_length=40,
        unique=True,
        help_text=_("Part of the address: /t/<name>/. Letters, digits, -."),
    )
    introduction = models.TextField(_("introduction"), max_length=1000, blank=True)
    banner = models.ForeignKey(
        Picture,
        verbose_name=_("banner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Three times as wide as high, or wider."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    position = models.PositiveIntegerField(_("position"), default=0, help_text=_("Smaller numbers come first."))

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="topic_has_a_title")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.slug])


class Block(models.Model):
    """版块: a block of the home page or a topic: articles that editors placed, then the newest if it fills itself."""

    class Kind(models.TextChoices):
        HEADLINE = "headline", _("Headline")
        CAROUSEL = "carousel", _("Carousel")
        PICTURES = "pictures", _("Picture stories")
        LIST = "list", _("List")

    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="blocks",
        help_text=_("Empty: the home page."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LIST)
    title = models.CharField(_("title"), max_length=20, blank=True)
    count = models.PositiveSmallIntegerField(
        _("lines"), default=6, validators=[MinValueValidator(1), MaxValueValidator(MOST_LINES)]
    )
    fills = models.BooleanField(
        _("fills itself"), default=True, help_text=_("With the newest, after what is put there.")
    )
    section = models.ForeignKey(
        Section, verbose_name=_("from section"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    keyword = models.CharField(_("with keyword"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["topic", "position", "pk"]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()


class Slot(models.Model):
    """头条位: an article that editors placed in a block, optionally with its own title and picture."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="slots")
    title = models.CharField(_("own title"), max_length=40, blank=True)
    picture = models.ForeignKey(
        Picture, verbose_name=_("own picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateTimeField(_("until"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["block", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["block", "article"], name="slot_once_in_a_block")]

    def __str__(self) -> str:
        return self.title or str(self.article)

    @property
    def is_shown(self) -> bool:
        """Return True until the slot expires."""
        return not has_expired(self.until)
