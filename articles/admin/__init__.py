"""The desk: one file per screen. Importing them registers them."""

from . import (
    accounts,
    article,
    assignment,
    attachment,
    audit_entry,
    baking,
    front,
    old_path,
    person,
    picture,
    report,
    section,
    site_settings,
    source,
)

__all__ = [
    "accounts",
    "article",
    "assignment",
    "attachment",
    "audit_entry",
    "baking",
    "front",
    "old_path",
    "person",
    "picture",
    "report",
    "section",
    "site_settings",
    "source",
]
