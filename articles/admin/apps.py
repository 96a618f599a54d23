"""The desk as a Django app, which replaces `django.contrib.admin` in INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Make `Desk` the default admin site, with which every `@admin.register` registers."""

    default_site = "articles.admin.site.Desk"

    def ready(self) -> None:
        """Import the screens, which registers them, after Django's own: `accounts` replaces two of those."""
        super().ready()
        from . import (  # noqa: F401, PLC0415 (screens import models, which are loaded by now)
            accounts,
            article,
            attachment,
            audit_entry,
            baking,
            duty_assignment,
            home_and_topics,
            old_path,
            person,
            picture,
            report,
            section,
            site_settings,
            source,
        )
