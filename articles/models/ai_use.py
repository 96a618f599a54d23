from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

PARTS = ("text", "pictures", "film")


class AiUse(models.TextChoices):
    """The uses of AI that readers are told of (《人工智能生成合成内容标识办法》): the parts, in the order of PARTS."""

    NONE = "", pgettext_lazy("use of AI", "none")
    TEXT = "text", pgettext_lazy("use of AI", "text")
    PICTURES = "pictures", pgettext_lazy("use of AI", "pictures")
    FILM = "film", pgettext_lazy("use of AI", "film or sound")
    TEXT_PICTURES = "text,pictures", pgettext_lazy("use of AI", "text and pictures")
    TEXT_FILM = "text,film", pgettext_lazy("use of AI", "text, film or sound")
    PICTURES_FILM = "pictures,film", pgettext_lazy("use of AI", "pictures, film or sound")
    ALL = "text,pictures,film", pgettext_lazy("use of AI", "text, pictures, film or sound")

    @property
    def parts(self) -> list[str]:
        return [part for part in PARTS if part in self.value]


def declared_ai_use(content: Mapping[str, Any]) -> AiUse:
    """Return the use that the content of a revision declares; older ones say nothing of it."""
    return AiUse(content.get("ai_use", ""))


def labelled_ai_use(content: Mapping[str, Any]) -> AiUse:
    """Return the use that the labels of a content's files declare."""
    labelled = {
        "pictures": any(picture.get("ai_label") for picture in content["pictures"]),
        "film": any(attachment.get("ai_label") for attachment in content["attachments"]),
    }
    return AiUse(",".join(part for part in PARTS if labelled.get(part)))


def shown_ai_use(content: Mapping[str, Any]) -> AiUse:
    """Return the use that readers are told of: the declared use, and that in the labels of files."""
    told = {*declared_ai_use(content).parts, *labelled_ai_use(content).parts}
    return AiUse(",".join(part for part in PARTS if part in told))


def ai_sentence(content: Mapping[str, Any]) -> str:
    """Return what readers are told of the use of AI for a text and its files; "" if there was none."""
    used = shown_ai_use(content)
    return _("Made or changed with artificial intelligence (AI): %(parts)s.") % {"parts": used.label} if used else ""
