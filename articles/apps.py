from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _
from PIL import Image


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Newsroom")

    def ready(self) -> None:
        from . import pictures  # noqa: PLC0415 (the app loads before its modules may)

        # For frames larger than the file header says; `pictures` checks the header.
        Image.MAX_IMAGE_PIXELS = pictures.MAX_PIXELS
        checks.register(_check_encryption_keys, checks.Tags.database)
        checks.register(_check_log_keys)
        pre_migrate.connect(_remove_triggers_before_migrate, sender=self)
        post_migrate.connect(_install_triggers_after_migrate, sender=self)


def _check_encryption_keys(databases: Sequence[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Say which keys are missing, at `migrate` and `check --database default`; nothing before there are tables."""
    from . import encryption  # noqa: PLC0415 (the app loads before its modules may)

    try:
        missing = encryption.missing_keys() if databases else []
    except DatabaseError:
        return []
    return [checks.Warning(str(encryption.KEY_MISSING.filled(key=key)), id="newsroom.W002") for key in missing]


def _check_log_keys(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Say why a key in a token would not sign the public log, at the start of every command."""
    from . import merkle_log  # noqa: PLC0415 (the app loads before its modules may)

    try:
        faults = merkle_log.log_key_faults() if settings.LOG_TOKEN_MODULE else []
    except merkle_log.WrongNote as error:
        faults = [f"{settings.LOG_KEY_FILE}: {error}."]
    return [checks.Warning(sentence, id="newsroom.W003") for sentence in faults]


def _remove_triggers_before_migrate(using: str, plan: Sequence[object] = (), **_kwargs: Any) -> None:
    """SQLite cannot rename a table while a trigger refers to a table that does not exist at that moment."""
    from . import triggers  # noqa: PLC0415 (the app loads before its modules may)

    if plan:
        triggers.remove_triggers(connections[using])


def _install_triggers_after_migrate(using: str, plan: Sequence[object] = (), **_kwargs: Any) -> None:
    """Install the triggers if all their tables exist; after a reverse migration they may not."""
    from . import triggers  # noqa: PLC0415 (the app loads before its modules may)

    connection = connections[using]
    present = set(connection.introspection.table_names())
    if all(table in present for _name, _event, table, _broken in triggers.trigger_rules(connection.vendor)):
        triggers.install_triggers(connection)
