"""存证: the Merkle logs. Their leaves, and the hashes of complete subtrees (docs/decisions/merkle_log.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .audit_entry import AuditEntry
from .immutable import Immutable
from .published_edition import Edition


class Leaf(Immutable):
    """A leaf of a log: its number, from 0 without gaps, and the hash of its content."""

    index = models.BigIntegerField(_("number"), primary_key=True)
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True
        ordering = ["index"]

    def __str__(self) -> str:
        return str(self.index)


class LogLeaf(Leaf):
    """存证: one act that changed what is public, in a form that strangers can check: digests, no names, no text.
    Immutable.
    """

    data = models.TextField()  # JSON as it is hashed
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="log_leaves")

    class Meta(Leaf.Meta):
        verbose_name = _("leaf of the public log")
        verbose_name_plural = _("leaves of the public log")


class AuditLeaf(Leaf):
    """An audit entry in the log of the audit, whose content is its own hash: strangers see hashes alone. Immutable."""

    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="leaf")

    class Meta(Leaf.Meta):
        verbose_name = _("leaf of the audit's log")
        verbose_name_plural = _("leaves of the audit's log")


class LogNode(Immutable):
    """The hash of a complete subtree of 256**level leaves, so that no root needs more than a tile of each level."""

    log = models.CharField(max_length=6)  # the name of a StoredLog
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["log", "level", "number"]
        constraints = [models.UniqueConstraint(fields=["log", "level", "number"], name="log_node_is_unique")]

    def __str__(self) -> str:
        return f"{self.log}/{self.level}/{self.number}"
