from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from . import audit_actions
from .home_and_topics import Block
from .immutable import Immutable


class AuditEntry(Immutable):
    """审计: who did what to which object, when and from where. Each row holds the hash of the previous one (law 7)."""

    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(_("name at the time"), max_length=160)
    action = models.CharField(_("act"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=40)
    object_id = models.CharField(_("object"), max_length=40)
    details = models.JSONField(_("details"), default=dict)
    address = models.GenericIPAddressField(_("from"), null=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["at"], name="audit_at"),
        ]

    @property
    def act(self) -> str:
        """The display name of the action."""
        return audit_actions.action_name(self.action)

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """The details as (display name, value); empty and false values are left out.

        Of changed fields, each is one fact: its label in the reader's language, and “old → new”.
        """
        details = dict(self.details)
        if "blocks" in details:
            details["blocks"] = _spell_blocks(details["blocks"])
        if self.action == "article.migrated":  # its note is where it came from, too
            details |= {"origin": audit_actions.origin_name(details.get("origin", "")), "note": ""}
        changes: list[tuple[str, Any]] = []
        if details.get("fields") and len(details["fields"]) == len(details.get("old") or ()):
            changed = zip(details.pop("fields"), details.pop("old"), details.pop("new"), strict=True)
            changes = [(audit_actions.field_label(name), f"{old or '–'} → {new or '–'}") for name, old, new in changed]
        rest: list[tuple[str, Any]] = [
            (str(audit_actions.FACT_NAMES.get(key, key)), value) for key, value in details.items() if value
        ]
        return [*rest, *changes]

    @property
    def reason(self) -> str:
        """The reason or the scheduled time (ISO 8601) in the details, or ''."""
        return next((self.details[key] for key in ("reason", "why", "at") if self.details.get(key)), "")

    def __str__(self) -> str:
        return self.act


def _spell_blocks(blocks: list[list[Any]]) -> str:
    """The blocks of an arranged page, each with the numbers of its articles.

    A block is its kind, its title and the numbers; in entries of before 0.17.0 one of the two, in the words of whoever
    arranged, and the numbers.
    """
    spelled = []
    for *kind, title, numbers in blocks:
        name = " ".join(filter(None, [*(str(Block.Kind(value).label) for value in kind), title]))
        spelled.append(f"{name} ({', '.join(map(str, numbers))})" if numbers else name)
    return "; ".join(spelled)
