from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

DEEPEST_LEVEL = 3
MOST_STAGES = 5
# /feeds/all.atom is the feed of the whole site.
RESERVED = {"all"}
# One numbered page of a section holds this many articles; page n holds the ordinals (n-1)·SIZE+1 … n·SIZE.
PAGE_SIZE = 20


class SectionQuerySet(models.QuerySet["Section"]):
    def tree(self) -> list["Section"]:
        """Every section, parents before children, siblings by position, with `parent` set. One query for all of them;
        a newsroom has tens of sections.
        """
        children: dict[int | None, list[Section]] = {}
        for section in self.order_by("position", "pk"):
            children.setdefault(section.parent_id, []).append(section)

        def walk(parent: Section | None) -> Iterator[Section]:
            for section in children.get(parent.pk if parent else None, []):
                section.parent = parent
                yield section
                yield from walk(section)

        return list(walk(None))


class Section(models.Model):
    """栏目: what articles are filed under; a tree of at most three levels."""

    class Kind(models.TextChoices):
        """The column types of the government web page standard (国办发〔2017〕47号, 网页标签), printed as `ColumnType`."""

        NEWS = "工作动态", _("Work news")
        NOTICES = "政策文件", _("Notices and policy documents")
        READINGS = "政策解读", _("Policy explained")
        ANSWERS = "回应关切", _("Answers to public concerns")
        OVERVIEW = "概况信息", _("Overview")
        OFFICES = "机构职能", _("Offices and duties")
        PEOPLE = "负责人信息", _("Leadership")
        DATA = "数据发布", _("Data")
        SERVICES = "办事服务", _("Services")
        INTERVIEWS = "在线访谈", _("Online interviews")
        POLLS = "征集调查", _("Polls and consultations")

    name = models.CharField(_("name"), max_length=40)
    slug = models.SlugField(
        _("address name"),
        max_length=40,
        unique=True,
        help_text=_("Part of the address: /s/<name>/. Letters, digits, -."),
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent section"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    level = models.PositiveSmallIntegerField(_("level"), default=1, editable=False)
    position = models.PositiveIntegerField(_("position"), default=0, help_text=_("Smaller numbers come first."))
    kind = models.CharField(_("column type"), max_length=20, choices=Kind, default=Kind.NEWS)
    description = models.CharField(_("description"), max_length=200, blank=True)
    keywords = models.CharField(_("keywords"), max_length=200, blank=True, help_text=_("Separated by commas."))
    stages = models.PositiveSmallIntegerField(
        _("readings before publication"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_STAGES)],
        help_text=_("1 to 5. The last one is the final reading; the norm of the field is three (三审三校)."),
    )
    same_person_allowed = models.BooleanField(
        _("one person may sign twice, or sign their own text"),
        default=False,
        help_text=_("Only where there are not enough people. The review sheet prints it."),
    )
    title_is_reread = models.BooleanField(
        _("a title changed while reading is read again"),
        default=True,
        help_text=_("By the reading before; kicker, subtitle and short title too."),
    )
    facts_are_reread = models.BooleanField(
        _("numbers, names and dates changed while reading are read again"),
        default=True,
        help_text=_("By the reading before; also credits, source, pictures and files."),
    )
    correction_percent = models.PositiveSmallIntegerField(
        _("share of the words that a reader may correct alone (%)"),
        default=10,
        validators=[MaxValueValidator(100)],
        help_text=_("If a reader corrects more, the text is read again. 100: any share."),
    )
    late_reading_hours = models.PositiveSmallIntegerField(
        _("hours for late readings"),
        default=24,
        validators=[MinValueValidator(1)],
        help_text=_("How soon urgent news must be read after it was published first."),
    )
    shows_changes = models.BooleanField(
        _("readers see what a correction changed"),
        default=True,
        help_text=_("On an article's history page. Otherwise it lists editions and notes only."),
    )
    last_ordinal = models.PositiveBigIntegerField(_("articles ever listed"), default=0, editable=False)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=DEEPEST_LEVEL), name="section_at_most_three_deep"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, level=1) | Q(parent__isnull=False, level__gt=1),
                name="section_level_one_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="section_is_not_its_own_parent"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="section_has_a_name"),
            models.CheckConstraint(
                condition=Q(stages__gte=1, stages__lte=MOST_STAGES), name="section_has_one_to_five_readings"
            ),
            models.CheckConstraint(condition=Q(correction_percent__lte=100), name="section_corrections_are_a_share"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("section", args=[self.slug])

    def clean(self) -> None:
        """Set the level from the parent.

        Raises ValidationError for a fourth level, or if a move would change the level of children.
        """
        if self.slug in RESERVED:
            raise ValidationError(
                {"slug": _("“%(slug)s” is a reserved address; choose another.") % {"slug": self.slug}}
            )
        level = self.parent.level + 1 if self.parent else 1
        if level > DEEPEST_LEVEL:
            raise ValidationError(
                {
                    "parent": _("“%(parent)s” is already at level %(deepest)s; choose a parent one level up.")
                    % {"parent": self.parent, "deepest": DEEPEST_LEVEL}
                }
            )
        if self.pk and level != self.level and self.children.exists():
            raise ValidationError(
                {"parent": _("“%(name)s” has sections below it; move those first, then this one.") % {"name": self}}
            )
        self.level = level

    def with_all_below(self) -> list["Section"]:
        """Return this section and all sections below it. One query."""
        below = Q(pk=self.pk) | Q(parent=self.pk) | Q(parent__parent=self.pk)
        return list(Section.objects.filter(below))

    @property
    def last_page(self) -> int:
        """The number of the newest numbered page. Pages are numbered from the oldest, so they never shift."""
        return max(1, -(-self.last_ordinal // PAGE_SIZE))
