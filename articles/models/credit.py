from django.db import models
from django.utils.translation import gettext_lazy as _

from .article import Article
from .person import Person


class Credit(models.Model):
    """署名: a person credited on an article in a role, in the order that readers see."""

    class Role(models.TextChoices):
        AUTHOR = "author", _("Author")
        REPORTER = "reporter", _("Reporter")
        CORRESPONDENT = "correspondent", _("Correspondent")
        TEXT = "text", _("Text")
        PHOTO = "photo", _("Photographs")
        TEXT_PHOTO = "text_photo", _("Text and photographs")
        VIDEO = "video", _("Video")
        EDITOR = "editor", _("Editor")
        RESPONSIBLE_EDITOR = "responsible_editor", _("Responsible editor")
        PROOFREADER = "proofreader", _("Proofreader")
        REVIEWER = "reviewer", _("Reviewer")
        DUTY_EDITOR = "duty_editor", _("Editor on duty")
        PRODUCER = "producer", _("Producer")

    # The roles that the provenance line prints as 作者 if nobody is credited as author.
    WRITING = (Role.AUTHOR, Role.REPORTER, Role.CORRESPONDENT, Role.TEXT, Role.TEXT_PHOTO)

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="credits")
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.REPORTER)
    person = models.ForeignKey(Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="credits")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "role", "person"], name="credit_once_per_role_and_person")
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.person.name}"
